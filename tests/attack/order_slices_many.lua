-- A million slices.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true, -1, 1
  end,
  scale = function(s, p, f, lo, hi)
    return { qty = 1, slices = 1e6, over = "1m" }
  end,
}
