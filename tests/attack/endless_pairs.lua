-- Sorting a thousand keys, again and again.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = {}
    for i = 1, 1000 do t["k" .. i] = i end
    while true do for k in pairs(t) do break end end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
