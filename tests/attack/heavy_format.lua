-- The longest text of a number.
local x, format = 1.7976931348623e308, string.format
local function work()
  while true do
    format("%99.99f", x)
    format("%99.99f", x)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
