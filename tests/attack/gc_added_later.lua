-- A finalizer slipped into the metatable after it was set: the sealed copy never sees it.
local mt = {}
for i = 1, 1000 do setmetatable({}, mt) end
mt.__gc = function() while true do end end
for i = 1, 1000 do local x = { {} } end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
