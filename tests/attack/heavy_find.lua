-- Searching long texts for what is almost there.
local s, w = ("x"):rep(65535), ("x"):rep(200) .. "y"
local function work()
  while true do
    local t = s:find(w, 1, true)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
