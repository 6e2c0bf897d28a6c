-- Every out-of-memory error is caught.
local t = {}
while true do pcall(function() for i = 1, 1e5 do t[#t + 1] = ("x"):rep(1000) .. i end end) end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
