-- Errors, raised and caught.
local function fail() error("x", 2) end
local pcall = pcall
local function work()
  while true do
    pcall(fail)
    pcall(fail)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
