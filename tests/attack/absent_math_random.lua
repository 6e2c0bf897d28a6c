-- Random numbers that differ from run to run.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return math.random() > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
