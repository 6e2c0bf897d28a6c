-- Nothing, repeated for longer than the universe: a C loop that a hook cannot stop.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return string.rep("", (1 << 63) - 1) == "" and ("a"):rep(-1) == ""
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
