-- An answer that is no yes or no.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return 1
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
