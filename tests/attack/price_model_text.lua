-- A model name of 64 KiB with terminal escapes.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return rehedge.price(("\27[2J"):rep(16000), "call", 1, 1, 1, 0, 0, 1) > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
