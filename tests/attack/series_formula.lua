-- A name that a spreadsheet would run.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  series = { "=cmd()" },
  trigger = function(s, p, f)
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
