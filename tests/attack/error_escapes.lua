-- A message that speaks to the terminal.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    error("\27[2J\27]0;owned\7\nsecond line")
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
