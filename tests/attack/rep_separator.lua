-- The length overflows when it is computed naively.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return #string.rep("", 1 << 62, "ab") > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
