-- Visiting a table with many keys.
local t = {}
for i = 1, 20000 do t["k" .. i] = i end
local function work()
  while true do
    for k in pairs(t) do break end
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
