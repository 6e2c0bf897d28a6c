-- state: function
local st = rehedge.state { calls = 0 }
return rehedge.policy { api = 1, name = 'spoilt', version = '1',
  trigger = function(s)
    st.f = function() end
    return math.abs(s.delta) > 0.5
  end,
  scale = function(s) return -s.delta end }
