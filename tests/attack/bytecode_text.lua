-- Bytecode inside a text needs something that loads it.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return load("\27Lua\x54\0", "x", "b")() == 1
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
