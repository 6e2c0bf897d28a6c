-- A table that grows while it is walked in order.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = { 1 }
    for i in ipairs(t) do t[i + 1] = i end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
