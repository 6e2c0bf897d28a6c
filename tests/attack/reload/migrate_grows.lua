-- refused: larger than
-- the defaults fit, what migrate returns fits, both together do not
local st = rehedge.state { a = string.rep('x', 60000), b = string.rep('x', 60000), c = string.rep('x', 60000) }
return rehedge.policy { api = 1, name = 'bad', version = '1',
  migrate = function()
    local x = string.rep('x', 60000)
    return { d = x, e = x }
  end,
  trigger = function(s) return false end, scale = function() return 0 end }
