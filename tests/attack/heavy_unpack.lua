-- Unpacking thousands of values.
local t, unpack = {}, table.unpack
for i = 1, 4000 do t[i] = i end
local function work()
  while true do
    unpack(t)
    unpack(t)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
