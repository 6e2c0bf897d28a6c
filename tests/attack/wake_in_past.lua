-- A wake in the past.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    s:wake_in(-5)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
