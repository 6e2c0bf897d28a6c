-- Triggers made of themselves.
local again
local function first(s, p, f) return again(s, p, f) and 1 end
again = rehedge.any { first }
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = again,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
