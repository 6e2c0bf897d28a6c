-- refused: realized_vol
return rehedge.policy { api = 1, name = 'bad', version = '1',
  features = { v = { 'realized_vole', window = '1h' } },
  trigger = function(s) return false end, scale = function() return 0 end }
