-- A million lines in the journal: 64 a second are written, the rest is counted.
for i = 1, 100000 do rehedge.log("flood") end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    for i = 1, 3000 do rehedge.log("flood") end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
