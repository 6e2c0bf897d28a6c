-- Numbers ascending, then texts bytewise, then booleans.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = { 10, 20, zebra = 1, apple = 2, [2.5] = 3, [-1] = 4, [true] = 5, [1e300] = 6,
                b = 7, B = 8 }
    local seen = {}
    for k in pairs(t) do seen[#seen + 1] = tostring(k) end
    return table.concat(seen, " ") == "-1 1 2 2.5 1e+300 B apple b zebra true"
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
