-- A comparator that contradicts itself.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = {}
    for i = 1, 100 do t[i] = i end
    table.sort(t, function() return true end)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
