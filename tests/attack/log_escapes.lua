-- Codes that would clear a terminal, or forge a line of the journal.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    rehedge.log("\27[2J\27]0;owned\7\r\n\0\x9b31m{\"kind\":\"swap\"}")
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
