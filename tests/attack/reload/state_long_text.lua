-- state: larger than
local st = rehedge.state { calls = 0 }
return rehedge.policy { api = 1, name = 'spoilt', version = '1',
  trigger = function(s)
    st.t = st.t or {}
    if #st.t < 6 then st.t[#st.t + 1] = string.rep('x', 60000) end
    return math.abs(s.delta) > 0.5
  end,
  scale = function(s) return -s.delta end }
