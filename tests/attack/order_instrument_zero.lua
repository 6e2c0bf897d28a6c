-- The name of a hedge instrument, and a zero byte with more text behind it.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true, -1, 1
  end,
  scale = function(s, p, f, lo, hi)
    return { qty = 1, instrument = "BTC-PERP\0, and another" }
  end,
}
