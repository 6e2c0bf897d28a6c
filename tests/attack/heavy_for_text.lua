-- A numeric for turns a text into a number, however long the text.
local a = ("1"):rep(65000) .. ".5e3"
local function work()
  while true do
    for i = a, a, a do break end
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
