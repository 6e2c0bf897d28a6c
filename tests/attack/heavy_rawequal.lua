-- rawequal of long texts.
local a, b = ("x"):rep(65534) .. "a", ("x"):rep(65534) .. "b"
local rawequal = rawequal
local function work()
  while true do
    rawequal(a, b)
    rawequal(a, b)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
