-- A number becomes a text so short that no memory is needed.
local x = -1.7976931348623e308
local function work()
  while true do
    local s = x .. ""
    local s = x .. ""
    local s = x .. ""
    local s = x .. ""
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
