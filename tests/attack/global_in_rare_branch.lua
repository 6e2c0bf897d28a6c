-- An error that waits in a branch.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    if s.spot > 0 then return fastr > 1 end
    return false
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
