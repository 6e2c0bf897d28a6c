-- Set the band before the market moves, not after: the width comes from a forecast of volatility.
-- A band of half width h leaves an error of variance vol^2 h^2 / 3 per unit of time; holding it
-- constant gives h = band * vol_ref / forecast. The forecast blends a fast estimate, which knows
-- the present burst, with a slow one, to which volatility returns (as in HAR, Corsi 2009).

local function forecast(p, f)
  return p.weight * f.fast + (1 - p.weight) * f.slow
end

return rehedge.policy {
  api = 1, name = "predictive-vol", version = "1.0.0", license = "MIT",
  about = "A band whose width follows forecast volatility.",

  params = {
    band     = { default = 0.1, min = 0, unit = "asset", about = "half width at vol_ref" },
    vol_ref  = { default = 0.8, min = 0.001, about = "volatility at which band applies" },
    weight   = { default = 0.5, min = 0, max = 1, about = "share of the fast estimate" },
    fast     = { default = "10m", min = "1s", about = "half-life of the fast estimate" },
    slow     = { default = "3h", min = "1s", about = "window of the slow estimate" },
    refresh  = { default = "1m", min = "1s", about = "how often the band is set anew" },
    floor    = { default = 0.25, min = 0, about = "smallest half width, as a multiple of band" },
    cap      = { default = 4, min = 0, about = "largest half width, as a multiple of band" },
  },
  features = {
    fast = { "ewma_vol", half_life = "fast" },
    slow = { "realized_vol", window = "slow" },
  },

  wake = { every = "refresh", delta_beyond = "band" },

  trigger = function(s, p, f)
    local ratio = p.vol_ref / math.max(forecast(p, f), 1e-6)
    local half = p.band * math.min(math.max(ratio, p.floor), p.cap)
    s:wake_outside(-half, half)
    return s.delta > half or s.delta < -half, -half, half
  end,

  scale = function(s, p, f, lo, hi)
    return rehedge.to_edge(s.delta, lo, hi)
  end,
}
