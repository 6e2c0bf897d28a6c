-- Tail calls need no stack, and never end.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local function f() return f() end
    return f()
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
