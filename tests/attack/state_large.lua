-- A state of 900 kB.
local t = {}
for i = 1, 100000 do t[i] = i end
rehedge.state(t)
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
