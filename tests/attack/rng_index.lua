-- A stream that does not exist.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return rehedge.rng(-1) ~= nil
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
