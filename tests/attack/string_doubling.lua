-- Doubling a text for ever.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local x = "x"
    while true do x = x .. x end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
