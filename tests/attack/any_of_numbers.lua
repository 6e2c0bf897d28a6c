-- A list of triggers that are none.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = rehedge.any { 1, 2 },
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
