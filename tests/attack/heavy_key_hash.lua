-- A long text is hashed byte by byte when it first serves as a key.
local a, t, i = ("x"):rep(65500), {}, 0
local function work()
  while true do
    i = i + 1
    local v = t[a .. i]
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
