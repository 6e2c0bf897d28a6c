-- A range whose length overflows.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return table.unpack({}, 1 << 63, (1 << 63) - 1)
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
