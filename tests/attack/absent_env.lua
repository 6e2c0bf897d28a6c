-- The table of globals itself (and wrong code for <const> in Lua 5.4.4).
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return _ENV ~= nil
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
