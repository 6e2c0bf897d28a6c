-- Recursion without end.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local function f(n) return 1 + f(n + 1) end
    return f(1) > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
