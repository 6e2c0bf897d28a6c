-- 30 MiB from one call.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return #string.rep("x", 30 << 20) > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
