-- Greeks written into a table that listens to writes.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = setmetatable({}, { __newindex = function() while true do end end })
    return rehedge.greeks("bsm", "call", 100, 100, 1, 0, 0, 0.2, t) ~= nil
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
