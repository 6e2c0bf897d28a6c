-- Quadratic work in C.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = {}
    while true do table.insert(t, 1, 1) end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
