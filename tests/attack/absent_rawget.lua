-- A door of stock Lua that does not exist here.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return rawget ~= nil
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
