-- A loop without a loop statement.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    ::again::
    goto again
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
