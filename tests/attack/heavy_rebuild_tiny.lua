-- The same with a tiny table.
local t, n = {}, 16
for i = 1, n do t[i + 0.5] = 1 end
local function work()
  while true do
    n = n + 1
    t[n - 15.5] = nil
    t[n + 0.5] = 1
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
