-- Metamethods that call each other.
local m = { __eq = function(a, b) return false end, __lt = function() return true end }
local a, b = setmetatable({}, m), setmetatable({}, m)
local function work()
  while true do
    if a == b then end
    if a < b then end
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
