-- Sorting references to one long text.
local a, t = ("x"):rep(65535), {}
for i = 1, 4000 do t[i] = a end
local function work()
  while true do
    table.sort(t)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
