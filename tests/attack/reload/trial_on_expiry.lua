-- refused: on_expiry tried at
-- The callback fails on its first call, which could be hours away: it is tried before the swap.
return rehedge.policy { api = 1, name = "counting", version = "2",
  on_expiry = function(s, p, option) local never = option.kind.of + 1 end,
  trigger = function() return false end,
  scale = function() return 0 end }
