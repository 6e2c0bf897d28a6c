-- A global of the same name is the script's own; the innocent keep theirs.
pairs = 1
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return pairs == 1
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
