-- refused: api 2 is not supported
return rehedge.policy { api = 2, name = 'bad', version = '1',
  trigger = function(s) return false end, scale = function() return 0 end }
