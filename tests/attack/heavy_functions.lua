-- Small functions, made and dropped.
local x
local function work()
  while true do
    local f = function() return x end
    local g = function() return f end
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
