-- The implied volatility of an infinite price.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return rehedge.implied_vol("bsm", "call", 100, 100, 1, 0, 0, math.huge) ~= nil
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
