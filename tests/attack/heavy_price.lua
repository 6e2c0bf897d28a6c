-- Prices, one after the other.
local price, o = rehedge.price, { model = "bsm", cp = "call", S = 100, K = 100, T = 1, sigma = 0.5 }
local function work()
  while true do
    price(o)
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
