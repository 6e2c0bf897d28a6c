-- The same chain, built from the other end.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local first = {}
    local t = first
    for i = 1, 2000 do local up = {} setmetatable(t, { __index = up }) t = up end
    return first.x
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
