-- A traceback of thousands of frames is cut.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local function deeper(n) local x = deeper(n + 1) return x end
    return deeper(1)
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
