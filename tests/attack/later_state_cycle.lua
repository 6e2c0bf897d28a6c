-- A state that contains itself, when it is to be saved.
local st = rehedge.state { n = 0 }
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    st.st = st
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
