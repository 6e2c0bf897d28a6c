-- As many nodes as memory holds.
local st = rehedge.state { n = 0 }
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    for i = 1, 40000 do st[i] = i end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
