-- Keeping what a callback gets, in bulk.
local kept = {}
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
  on_fill = function(s, p, what)
    while true do kept[#kept + 1] = { what, { what } } end
  end,
}
