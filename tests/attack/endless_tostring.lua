-- A metamethod that never returns.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return tostring(setmetatable({}, { __tostring = function() while true do end end })) == ""
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
