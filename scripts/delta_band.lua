-- Hedge on the book: do nothing while net delta lies inside the band, trade back when it leaves.
-- At equal error, trading to the nearest edge costs less than trading to the centre, and both cost
-- less than hedging on a clock: edge is right for proportional costs, centre for fixed ones.
local to_edge, to_centre = rehedge.to_edge, rehedge.to_centre

return rehedge.policy {
  api = 1, name = "delta-band", version = "1.0.0", license = "MIT",
  about = "Trade back to the band when net delta leaves it.",

  params = {
    band = { default = 0.05, min = 0, about = "half width of the no-trade band, in `unit`" },
    unit = { default = "asset", allowed = { "asset", "quote", "percent" },
             about = "unit of band; percent of the gross delta" },
    to   = { default = "edge", allowed = { "edge", "centre" },
             about = "where a breach is traded to" },
  },

  -- The core compares delta with the band; this script runs only when it is left.
  wake = { delta_beyond = "band", unit = "unit" },

  -- The half width in units of the asset. In percent, it breathes with the size of the book.
  trigger = function(s, p)
    local delta, half, unit = s.delta, p.band, p.unit
    if unit == "quote" then half = half / s.spot end
    if unit == "percent" then half = half / 100 * s.gross_delta end
    return delta > half or delta < -half, -half, half
  end,

  scale = function(s, p, f, lo, hi)
    local trade_to = p.to == "centre" and to_centre or to_edge
    return trade_to(s.delta, lo, hi)
  end,
}
