-- refused: tried on the wake of 2025-01-
return rehedge.policy { api = 1, name = 'bad', version = '1',
  trigger = function(s) return s.delta + nil end,
  scale = function() return 0 end }
