-- Long texts that look like numbers, in arithmetic.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local x = ("1"):rep(60000)
    return x + 1 > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
