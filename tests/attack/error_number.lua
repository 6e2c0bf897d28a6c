-- An error that is a number.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    error(42)
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
