-- Passing on a hundred thousand values in one instruction.
local function none() end
local t = {}
for i = 1, 4000 do t[i] = i end
local grow, pass
function pass(...)
  while true do none(...) none(...) none(...) end
end
function grow(n, ...)
  if n == 0 then return pass(...) end
  return grow(n - 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, ...)
end
local function work()
  while true do
    grow(200, table.unpack(t))
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
