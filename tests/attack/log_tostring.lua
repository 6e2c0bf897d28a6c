-- A message that never becomes text.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    rehedge.log(setmetatable({}, { __tostring = function() while true do end end }))
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
