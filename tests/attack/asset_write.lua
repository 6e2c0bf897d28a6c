-- Writing to the view of an asset.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    s:asset("BTC").spot = 1
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
