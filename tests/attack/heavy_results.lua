-- Thousands of values handed up through many functions.
local t = {}
for i = 1, 4000 do t[i] = i end
local function deep(n)
  if n == 0 then return table.unpack(t) end
  return 1, deep(n - 1)
end
local function work()
  while true do
    deep(100)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
