-- Keys whose order would be that of their addresses.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    for k in pairs({ [{}] = 1, [{ 1 }] = 2 }) do end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
