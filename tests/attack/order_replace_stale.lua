-- An order of the past, replaced.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return { replace = 7, qty = 1 }
  end,
}
