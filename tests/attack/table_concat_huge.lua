-- table.concat beyond the text limit.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = {}
    for i = 1, 100 do t[i] = ("x"):rep(1000) end
    return #table.concat(t) > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
