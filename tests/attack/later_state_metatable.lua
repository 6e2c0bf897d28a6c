-- A state that answers questions about itself.
local st = rehedge.state { n = 0 }
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    st.t = setmetatable({}, { __index = function() while true do end end })
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
