-- A comparator that vandalises the table while it is sorted.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = { 5, 3, 4, 1, 2 }
    table.sort(t, function(a, b) t[1], t[2], t[#t + 1] = nil, "x", {} return a < b end)
    return t[1] == 1 and t[2] == 2 and t[3] == 3 and t[4] == 4 and t[5] == 5
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
