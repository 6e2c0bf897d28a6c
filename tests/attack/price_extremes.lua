-- The largest and smallest numbers: an answer, not a crash and not a wait.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local numbers = { 0, 4.9e-324, 1e-300, 1, 1e300, 1.7e308 }
    for _, S in ipairs(numbers) do
      for _, K in ipairs(numbers) do
        for _, T in ipairs(numbers) do
          rehedge.price("bsm", "call", S, K, T, 0, 0, 1e300)
          rehedge.price("inverse", "put", S, K, T, -1e300, 1e300, 4.9e-324)
          rehedge.implied_vol("black76", "put", S, K, T, 1e300, 0, -1e300)
          pcall(rehedge.price, "baw", "put", S, K, T, 1e300, -1e300, 1e300)
        end
      end
    end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
