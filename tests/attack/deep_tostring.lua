-- A metamethod that calls itself, through C.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t
    t = setmetatable({}, { __tostring = function() return tostring(t) end })
    return tostring(t) == ""
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
