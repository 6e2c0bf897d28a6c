-- 65,536 results from one call.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = { ("x"):rep(65536):byte(1, -1) }
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
