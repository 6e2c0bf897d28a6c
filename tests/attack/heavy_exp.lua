-- Elementary functions.
local pow, sin, log = math.pow, math.sin, math.log
local function work()
  while true do
    pow(1.000001, 1e8)
    sin(1e300)
    log(1e-310)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
