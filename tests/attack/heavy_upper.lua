-- Changing the case of long texts.
local s = ("x"):rep(65535)
local function work()
  while true do
    local t = s:upper()
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
