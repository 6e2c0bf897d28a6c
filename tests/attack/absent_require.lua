-- Modules exist in bundles only; this is a single file.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return require("indicators") ~= nil
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
