-- Looking up a long text that is equal to the key, and another object.
local a, b = ("x"):rep(65534) .. "a", ("x"):rep(65534) .. "a"
local t, v = { [a] = 1 }, 0
local function work()
  while true do
    v = t[b]
    v = t[b]
    t[b] = v
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
