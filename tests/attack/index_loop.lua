-- Two tables that look things up in each other.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local a, b = {}, {}
    setmetatable(a, { __index = b })
    setmetatable(b, { __index = a })
    return a.x
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
