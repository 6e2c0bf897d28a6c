-- state: larger than
local st = rehedge.state { calls = 0 }
return rehedge.policy { api = 1, name = 'spoilt', version = '1',
  trigger = function(s)
    if not st.t then st.t, st.n = {}, 0 end
    if st.n < 40000 then
      for i = 1, 1000 do st.n = st.n + 1 st.t[st.n] = {} end
    end
    return math.abs(s.delta) > 0.5
  end,
  scale = function(s) return -s.delta end }
