-- Text made of the largest table.
local t = {}
for i = 1, 30000 do t[i] = "x" end
local function work()
  while true do
    table.concat(t)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
