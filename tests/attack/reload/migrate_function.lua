-- refused: a function cannot be saved
local st = rehedge.state { calls = 0 }
return rehedge.policy { api = 1, name = 'bad', version = '1',
  migrate = function(old) old.f = function() end return old end,
  trigger = function(s) return false end, scale = function() return 0 end }
