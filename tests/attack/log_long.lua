-- Lines of 64 KiB are cut at 1 KiB.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    rehedge.log(("x"):rep(65536))
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
