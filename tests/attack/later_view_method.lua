-- A method of the view, kept for later.
local st = rehedge.state { n = 0 }
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    kept = s
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
  migrate = function(old) return { cost = kept:cost(1) } end,
}
