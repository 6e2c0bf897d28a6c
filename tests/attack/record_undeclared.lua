-- Recording under a name of control characters.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    rehedge.record("\27[2J", 1)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
