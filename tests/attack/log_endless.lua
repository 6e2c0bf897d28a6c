-- Lines for ever.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    while true do rehedge.log("flood") end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
