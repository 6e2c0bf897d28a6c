-- A lying length, unpacked.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return table.unpack(setmetatable({}, { __len = function() return 1 << 40 end }))
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
