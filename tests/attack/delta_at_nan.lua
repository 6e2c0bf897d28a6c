-- The delta at no vol at all.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return s:delta_at(0 / 0) > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
