-- A metamethod that never returns, called by the VM.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return setmetatable({}, { __index = function() while true do end end }).x
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
