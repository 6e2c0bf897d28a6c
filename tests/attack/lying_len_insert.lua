-- A length of 2^60, told to table.insert.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = setmetatable({}, { __len = function() return 1 << 60 end })
    table.insert(t, 1)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
