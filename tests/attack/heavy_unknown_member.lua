-- The same for members of libraries.
local function get() return math.undefined_name_of_some_length end
local pcall = pcall
local function work()
  while true do
    pcall(get)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
