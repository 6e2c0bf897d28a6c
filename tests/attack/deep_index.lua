-- A metamethod that calls itself, through the VM.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t
    t = setmetatable({}, { __index = function(_, k) return t[k] end })
    return t.x
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
