-- An interface this program does not have.
return rehedge.policy {
  api = 2, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
