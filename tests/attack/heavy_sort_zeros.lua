-- Sorting references to one slow text.
local a = ("\0"):rep(65535)
local t = { a, a, a, a, a, a, a, a }
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
