-- One concatenation of many long texts.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local x = ("x"):rep(60000)
    local y = x .. x .. x .. x .. x .. x .. x .. x
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
