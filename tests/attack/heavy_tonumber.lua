-- A text of 200 digits, converted.
local x, tonumber = ("9"):rep(180) .. ".5e-300", tonumber
local function work()
  while true do
    tonumber(x)
    tonumber(x)
    tonumber(x)
    tonumber(x)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
