-- Making long texts and dropping them.
local s = "x"
local function work()
  while true do
    local t = s:rep(65535)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
