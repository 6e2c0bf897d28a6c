-- Recording for ever.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  series = { "x" },
  trigger = function(s, p, f)
    while true do rehedge.record("x", 1) end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
