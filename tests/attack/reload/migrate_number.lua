-- refused: migrate must return
return rehedge.policy { api = 1, name = 'bad', version = '1',
  migrate = function() return 7 end,
  trigger = function(s) return false end, scale = function() return 0 end }
