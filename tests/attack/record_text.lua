-- Recording a text.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  series = { "x" },
  trigger = function(s, p, f)
    rehedge.record("x", "<script>")
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
