-- state: deep
local st = rehedge.state { calls = 0 }
return rehedge.policy { api = 1, name = 'spoilt', version = '1',
  trigger = function(s)
    -- a hundred thousand levels, built a thousand at a time
    st.n = st.n or 0
    if st.n < 100000 then
      for i = 1, 1000 do st.n = st.n + 1 st.d = { st.d } end
    end
    return math.abs(s.delta) > 0.5
  end,
  scale = function(s) return -s.delta end }
