-- A table that claims 2^60 elements.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, 1)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
