-- refused: gives no scale
return rehedge.policy { api = 1, name = 'bad', version = '1',
  trigger = function(s) return false end }
