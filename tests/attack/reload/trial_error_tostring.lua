-- refused: tried on the wake of 2025-01-
return rehedge.policy { api = 1, name = 'bad', version = '1',
  trigger = function(s) error(setmetatable({}, { __tostring = function() while true do end end })) end,
  scale = function() return 0 end }
