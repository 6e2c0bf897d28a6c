-- Comparing long texts, work that instructions do not measure.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local a, b = ("x"):rep(65535) .. "a", ("x"):rep(65535) .. "b"
    local n = 0
    while true do if a < b then n = n + 1 end end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
