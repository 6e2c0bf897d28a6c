-- refused: orders
return rehedge.policy { api = 1, name = 'bad', version = '1',
  trigger = function() return true end,
  scale = function() local t = {} for i = 1, 33 do t[i] = { qty = 1 } end return t end }
