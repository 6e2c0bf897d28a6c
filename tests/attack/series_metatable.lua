-- A list of names that makes names up.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  series = setmetatable({}, { __index = function() return "x" end }),
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
