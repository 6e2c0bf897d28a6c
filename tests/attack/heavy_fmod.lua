-- The same by math.fmod.
local a, b, fmod = 1.7e308, 3.3e-308, math.fmod
local function work()
  while true do
    fmod(a, b)
    fmod(a, b)
    fmod(a, b)
    fmod(a, b)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
