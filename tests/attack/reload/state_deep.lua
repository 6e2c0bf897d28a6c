-- state: deep
local st = rehedge.state { calls = 0 }
return rehedge.policy { api = 1, name = 'spoilt', version = '1',
  trigger = function(s)
    if not st.d then
      local t = st
      for i = 1, 200 do t.n = {} t = t.n end
      st.d = 1
    end
    return math.abs(s.delta) > 0.5
  end,
  scale = function(s) return -s.delta end }
