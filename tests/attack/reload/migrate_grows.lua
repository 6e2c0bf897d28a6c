-- refused: larger than
-- the defaults fit, what migrate returns fits, both together do not
local x = string.rep('x', 60000)
local st = rehedge.state { a = x, b = x, c = x }
return rehedge.policy { api = 1, name = 'bad', version = '1',
  migrate = function() return { d = x, e = x } end,
  trigger = function(s) return false end, scale = function() return 0 end }
