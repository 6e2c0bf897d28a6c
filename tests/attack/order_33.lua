-- One order too many.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true, -1, 1
  end,
  scale = function(s, p, f, lo, hi)
    local t = {}
    for i = 1, 33 do t[i] = { qty = 1 } end
    return t
  end,
}
