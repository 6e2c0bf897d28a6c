-- The length of a table with holes.
local t, n = {}, 0
for i = 1, 200000 do t[i] = 1 end
for i = 200000, 2, -1 do t[i] = nil end
t[100000] = 1
local function work()
  while true do
    n = #t
    n = #t
    n = #t
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
