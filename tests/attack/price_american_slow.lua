-- The American options that take longest, while the script loads: few instructions, much work.
local sum = 0
for i = 1, 1000000 do
  local rate = 0.15 + (i % 100) / 5000
  sum = sum + rehedge.greeks("american", "put", 100, 95, 0.0015, rate, rate * 1.08, 0.3).price
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return sum > 0
  end,
}
