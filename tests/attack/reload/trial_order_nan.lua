-- refused: qty
return rehedge.policy { api = 1, name = 'bad', version = '1',
  trigger = function() return true end,
  scale = function() return 0 / 0 end }
