-- The same, with every error caught.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local x = ("x"):rep(65536)
    while true do pcall(function() x = x .. x end) end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
