-- A wake at the next nanosecond, for ever: legal calls that never let the run end.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s)
    s:wake_in("1ns")
    return false
  end,
  scale = function() return 0 end,
}
