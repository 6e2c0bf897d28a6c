-- A table whose __call is itself: Lua resolves it without counting.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = {}
    setmetatable(t, { __call = t })
    return t()
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
