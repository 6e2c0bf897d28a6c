-- The shortest text of a number.
local x, tostring = 1.7976931348623e-308, tostring
local function work()
  while true do
    tostring(x)
    tostring(x)
    tostring(x)
    tostring(x)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
