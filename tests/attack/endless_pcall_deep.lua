-- A tree of protected calls.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local function f() pcall(f) pcall(f) end
    while true do f() end
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
