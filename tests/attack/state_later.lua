-- A state declared in a call.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    rehedge.state {}
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
