-- The limit itself is allowed, one more is not.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return #string.rep("x", 65536) == 65536 and not pcall(string.rep, "x", 65537)
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
