-- refused: no way back
return rehedge.policy { api = 1, name = 'bad', version = '1',
  migrate = function(old) old.calls = -1 old.self = old error('no way back') end,
  trigger = function(s) return false end, scale = function() return 0 end }
