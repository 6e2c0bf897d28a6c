-- Recursion through protected calls, which nest in C.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local function f() local ok, why = pcall(f) if not ok then error(why, 0) end end
    f()
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
