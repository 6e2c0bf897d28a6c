-- Normal random numbers.
local r = rehedge.rng(1)
local function work()
  while true do
    r:normal()
    r:normal()
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
