-- Arguments that grow with each call.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local function f(...) return f(1, 2, 3, 4, 5, 6, 7, 8, ...) end
    f()
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
