-- An error message that doubles for ever.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local m = "x"
    while true do m = m .. m end
    error(m)
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
