-- The power of libc, whose bits differ between machines.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return s.delta ^ 0.5 > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
