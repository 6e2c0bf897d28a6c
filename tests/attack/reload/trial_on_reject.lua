-- refused: on_reject tried at
-- The callback fails on its first call, which could be hours away: it is tried before the swap.
return rehedge.policy { api = 1, name = "counting", version = "2",
  on_reject = function(s, p, reject) local never = reject.reason.that + 1 end,
  trigger = function() return false end,
  scale = function() return 0 end }
