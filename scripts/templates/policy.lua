-- Say here when this policy trades, how much, and why. What a policy may use is one page:
-- docs/policy.md; what it can call is in docs/lua-api.md.

return rehedge.policy {
  api = 1, name = "@NAME@", version = "0.1.0", license = "MIT",
  about = "Trade back to the band when net delta leaves it, but not right after a trade.",

  params = {
    band = { default = 0.1, min = 0, unit = "asset", about = "half width of the band" },
    rest = { default = "30s", about = "shortest time between two orders" },
  },

  -- The core watches this; the functions below run only when it holds.
  wake = { delta_beyond = "band" },

  -- When: s is what is known now, p the params. Returns whether to trade, and the band it means.
  trigger = function(s, p)
    return s.since_hedge * 1e9 >= p.rest, -p.band, p.band
  end,

  -- How much: a quantity (negative sells), an order, or a list of orders.
  scale = function(s, p, f, lo, hi)
    return rehedge.to_edge(s.delta, lo, hi)
  end,
}
