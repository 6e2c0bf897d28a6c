-- Numbers have one text on every machine.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    return tostring(0.1) == "0.1" and tostring(1e15) == "1000000000000000.0" and
      tostring((1 << 53) + 0.0) == "9007199254740992.0"
      and tostring(1 / 3) == "0.3333333333333333" and tostring(0 / 0) == "nan"
      and tostring(-(0 / 0)) == "nan" and tostring(1 / 0) == "inf" and tostring(3) == "3"
      and string.format("%5.2f|%-5d|%s", 1.005, 42, true) == " 1.00|42   |true"
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
