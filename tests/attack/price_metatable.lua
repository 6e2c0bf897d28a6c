-- An option whose fields are computed, for ever.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local option = setmetatable({}, { __index = function() while true do end end })
    return rehedge.price(option) > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
