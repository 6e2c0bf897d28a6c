-- Live just below the cap, so that every allocation collects everything.
local keep, n = {}, 0
while n < 4700 do n = n + 1; keep[n] = ("x"):rep(1600) .. n end
while true do local x = ("y"):rep(60000) .. n; n = n + 1 end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
