-- refused: no instrument
return rehedge.policy { api = 1, name = 'bad', version = '1',
  features = { v = { 'realized_vol', window = '1h', instrument = 'NONE' } },
  trigger = function(s) return false end, scale = function() return 0 end }
