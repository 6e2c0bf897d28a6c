-- A range of 2^53 elements that do not exist.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return table.concat({}, "", 1, 1 << 53) == ""
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
