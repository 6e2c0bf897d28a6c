-- The same with texts that are short, and slow to convert.
local a = "1.7976931348623157e-307"
local function work()
  while true do
    for i = a, a, a do break end
    for i = a, a, a do break end
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
