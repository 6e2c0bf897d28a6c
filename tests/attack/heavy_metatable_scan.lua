-- A big table that was emptied, as a metatable.
local t = {}
for i = 1, 100000 do t[i + 0.5] = i end
for i = 1, 100000 do t[i + 0.5] = nil end
local function work()
  while true do
    setmetatable({}, t)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
