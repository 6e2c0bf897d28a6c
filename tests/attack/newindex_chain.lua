-- One write that walks 2,000 tables.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local t = {}
    for i = 1, 2000 do t = setmetatable({}, { __newindex = t }) end
    t.x = 1
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
