-- Nothing shows an address.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return tostring({}) == "table" and tostring(pairs) == "function"
      and tostring(s) == "userdata" and string.format("%s", {}) == "table"
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
