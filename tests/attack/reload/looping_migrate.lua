-- refused: instruction limit
return rehedge.policy { api = 1, name = 'bad', version = '1',
  migrate = function() while true do end end,
  trigger = function(s) return false end, scale = function() return 0 end }
