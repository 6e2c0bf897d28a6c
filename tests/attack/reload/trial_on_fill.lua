-- refused: on_fill tried at
-- The callback fails on its first call, which could be hours away: it is tried before the swap.
return rehedge.policy { api = 1, name = "counting", version = "2",
  on_fill = function(s, p, fill) local never = fill.nothing.at_all + 1 end,
  trigger = function() return false end,
  scale = function() return 0 end }
