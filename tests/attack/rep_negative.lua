-- Fewer than no copies.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return ("x"):rep(-1) == "" and ("x"):rep(0) == ""
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
