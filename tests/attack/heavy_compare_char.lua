-- The same, the zero bytes made at run time.
local a = string.char(0):rep(65535)
local b = string.format("%c", 0):rep(65535)
local function work()
  while true do
    if a < b then end
    if a < b then end
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
