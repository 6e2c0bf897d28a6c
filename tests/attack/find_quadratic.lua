-- A plain search with quadratic work.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local a, b = ("a"):rep(60000), ("a"):rep(30000) .. "b"
    for i = 1, 1000 do string.find(a, b, 1, true) end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
