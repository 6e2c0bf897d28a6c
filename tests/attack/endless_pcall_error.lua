-- Errors caught for ever, almost all work in C.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    while true do pcall(error, "x") end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
