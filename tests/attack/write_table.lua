-- A library table is everybody's.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    table.sort = nil
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
