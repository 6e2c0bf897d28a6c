-- A no-trade band that is wide when the market is calm and narrow when it moves: an example of a
-- bundle, whose width is computed by a module. docs/sharing.md packs, signs and installs it.
local width = require "indicators.width"

return rehedge.policy {
  api = 1, name = "vol-band", version = "1.0.0", license = "MIT",
  about = "Trade back to the edge of a band that is wide when the market is calm.",

  params = {
    band = { default = 0.2, min = 0, unit = "asset", about = "half width at 100 % volatility" },
    window = { default = "30m", about = "of the realised volatility" },
  },
  features = { vol = { "realized_vol", window = "window" } },
  wake = { every = "1m" },

  trigger = function(s, p, f)
    local half = width(p.band, f.vol)
    return s.delta > half or s.delta < -half, -half, half
  end,

  scale = function(s, p, f, lo, hi)
    return rehedge.to_edge(s.delta, lo, hi)
  end,
}
