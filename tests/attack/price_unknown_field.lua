-- An option with a field that does not exist.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return rehedge.price { model = "bsm", cp = "call", S = 1, K = 1, T = 1, sigmaa = 1 } > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
