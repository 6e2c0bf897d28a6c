-- Writing to the view of an instrument.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    s:instrument("BTC-PERP").position = 0
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
