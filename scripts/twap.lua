-- Do not cross the book in one go: when delta leaves the band, spread the adjustment to zero over
-- `over` in `slices` equal parts. s.delta counts what is still to be sent, so a running adjustment
-- is not ordered twice; a new breach on the way adds its own slices on top.

return rehedge.policy {
  api = 1, name = "twap", version = "1.0.0", license = "MIT",
  about = "Spread each adjustment to zero over a fixed period.",

  params = {
    band   = { default = 0.1, min = 0, unit = "asset", about = "half width of the band" },
    over   = { default = "10m", min = "1ms", about = "period an adjustment is spread over" },
    slices = { default = 10, min = 1, max = 1024, about = "orders an adjustment is cut into" },
  },

  wake = { delta_beyond = "band" },

  trigger = function(s, p)
    return s.delta > p.band or s.delta < -p.band, -p.band, p.band
  end,

  -- Slice i of n is sent at i * over / n after the decision: the first one now.
  scale = function(s, p, f, lo, hi)
    return {
      qty = rehedge.to_centre(s.delta, lo, hi),
      slices = math.floor(p.slices),
      over = p.over,
    }
  end,
}
