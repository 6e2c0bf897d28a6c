-- table.insert behind a full array, and table.remove, with a key that lets it shrink.
local t, n = {}, 0
for i = 1, 131072 do t[i] = i end
local function work()
  while true do
    n = n + 1
    table.insert(t, n)
    t[n % 2 == 0 and 0.5 or 1.5] = n
    t[0.5], t[1.5] = nil, nil
    table.remove(t)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
