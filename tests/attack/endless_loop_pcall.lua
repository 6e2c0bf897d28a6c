-- The limit error is caught once.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    pcall(function() while true do end end)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
