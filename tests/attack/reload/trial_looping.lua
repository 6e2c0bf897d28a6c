-- refused: instruction limit
return rehedge.policy { api = 1, name = 'bad', version = '1',
  trigger = function(s) while true do end end,
  scale = function() return 0 end }
