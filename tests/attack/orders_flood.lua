-- All orders, again and again.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local kept = {}
    while true do kept[#kept + 1] = s:orders() end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
