-- Greeks written into a library table.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return rehedge.greeks("bsm", "call", 100, 100, 1, 0, 0, 0.2, math) ~= nil
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
