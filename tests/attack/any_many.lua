-- More triggers than a call can ask.
local many, more = {}, {}
for i = 1, 256 do many[i] = rehedge.never end
for i = 1, 256 do more[i] = rehedge.any(many) end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = rehedge.any(more),
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
