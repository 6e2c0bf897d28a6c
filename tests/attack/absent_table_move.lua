-- Four billion moves in C.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    table.move({}, 1, 4e9, 2)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
