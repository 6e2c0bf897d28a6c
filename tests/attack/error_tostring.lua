-- An error whose text takes for ever.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    error(setmetatable({}, { __tostring = function() while true do end end }))
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
