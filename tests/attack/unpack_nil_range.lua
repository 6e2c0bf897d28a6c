-- From one end of the integers to the other.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return table.unpack({}, -9223372036854775807, 9223372036854775807)
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
