-- state: larger than
local st = rehedge.state { calls = 0 }
return rehedge.policy { api = 1, name = 'spoilt', version = '1',
  trigger = function(s)
    if not st.t then st.t = {} end
    local n = #st.t
    if n < 100000 then for i = n + 1, n + 2000 do st.t[i] = i end end
    return math.abs(s.delta) > 0.5
  end,
  scale = function(s) return -s.delta end }
