-- The remainder of two floats takes a step for each bit between them.
local a, b, x = 1.7e308, 3.3e-308, 0
local function work()
  while true do
    x = a % b
    x = a % b
    x = a % b
    x = a % b
    x = a % b
    x = a % b
    x = a % b
    x = a % b
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
