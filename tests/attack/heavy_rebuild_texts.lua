-- The same with texts as keys, whose places differ from process to process.
local t, n = {}, 8192
for i = 1, n do t["k" .. i] = 1 end
local function work()
  while true do
    n = n + 1
    t["k" .. n - 8192] = nil
    t["k" .. n] = 1
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
