-- A metamethod that Lua reads behind the host's back.
setmetatable({}, { __gc = function() while true do end end })
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
