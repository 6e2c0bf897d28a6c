-- A table of thousands of values in one instruction.
local t = {}
for i = 1, 4000 do t[i] = i end
local function pass(...)
  while true do local x = { ... } end
end
local function work()
  while true do
    pass(table.unpack(t))
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
