-- A table that has every element.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local liar = setmetatable({}, { __index = function() return "x" end })
    return #table.concat(liar, "", 1, 1 << 40) > 0
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
