-- A hundred thousand orders.
many = {}
for i = 1, 1e5 do many[i] = false end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true, -1, 1
  end,
  scale = function(s, p, f, lo, hi)
    return many
  end,
}
