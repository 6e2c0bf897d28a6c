-- Equal elements keep their order.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = {}
    for i = 1, 200 do t[i] = { key = i % 3, at = i } end
    table.sort(t, function(a, b) return a.key < b.key end)
    for i = 2, 200 do
      if t[i - 1].key == t[i].key and t[i - 1].at > t[i].at then return false end
    end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
