-- A state 10,000 tables deep.
local st = rehedge.state { n = 0 }
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local at = st
    for i = 1, 10000 do at.t = {} at = at.t end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
