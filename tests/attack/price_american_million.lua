-- A million American options, each of which is work that no instruction counts.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local sum = 0
    for i = 1, 1000000 do
      sum = sum + rehedge.price("american", "put", 100, 90 + i % 20, 0.25, 0.02, 0.01, 0.2)
    end
    return sum > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
