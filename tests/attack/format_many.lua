-- A short format with a long result.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local f = ("%99d"):rep(700)
    local t = {}
    for i = 1, 700 do t[i] = i end
    return #string.format(f, table.unpack(t)) > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
