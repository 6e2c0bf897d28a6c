-- American options in a loop, every error and limit caught.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local sum = 0
    while true do
      pcall(function()
        sum = sum + rehedge.greeks("american", "put", 1, 1, 1, 0.02, 0, 0.2).price
      end)
    end
    return sum > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
