-- x^(2^2) is not a square.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local x = 3
    return x^2^2 == 81
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
