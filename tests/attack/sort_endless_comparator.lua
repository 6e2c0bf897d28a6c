-- A comparator that never answers.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    table.sort({ 3, 2, 1 }, function(a, b) while true do end end)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
