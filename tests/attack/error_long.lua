-- A message of 60,000 bytes.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    error(("x"):rep(60000))
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
