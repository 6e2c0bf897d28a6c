-- A big table, emptied, keeps its capacity: walking it is slow and yields nothing.
big = {}
for i = 1, 200000 do big[i] = i end
for i = 1, 200000 do big[i] = nil end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    for i = 1, 1e9 do for k in pairs(big) do end end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
