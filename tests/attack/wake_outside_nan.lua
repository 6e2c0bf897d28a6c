-- A wake that can never be judged.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    s:wake_outside(0 / 0, 1)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
