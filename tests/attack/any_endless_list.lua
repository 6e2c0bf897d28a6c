-- A list of triggers that never ends.
local liar = setmetatable({}, { __index = function() return tostring end })
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = rehedge.any(liar),
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
