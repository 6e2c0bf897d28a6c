-- A band that listens to the market. Its half width is
--
--     half = band * (cost / cost_ref)^(1/3) * vol_ref / vol,   between floor * band and cap * band
--
-- Liquidity: the asymptotically optimal band under proportional costs grows with the cube root of
-- the cost of trading (Whalley & Wilmott 1997). cost is what the venue would charge now, in bps.
-- Volatility: a band of half width h leaves an error of variance vol^2 h^2 / 3 per unit of time, so
-- h goes as 1 / vol to keep the error the same when the market gets faster. h collapses or explodes
-- where an input does: hence floor and cap.

local function half_width(s, p, f)
  local cost_bps = 1e4 * s:cost(p.probe) / (p.probe * s.spot)
  local scale = math.pow(cost_bps / p.cost_ref_bps, 1 / 3) * p.vol_ref / math.max(f.vol, 1e-6)
  return p.band * math.min(math.max(scale, p.floor), p.cap)
end

return rehedge.policy {
  api = 1, name = "adaptive", version = "1.0.0", license = "MIT",
  about = "A band that widens with trading cost and narrows with volatility.",

  params = {
    band = { default = 0.1, min = 0, unit = "asset", about = "half width at the reference market" },
    vol_ref = { default = 0.8, min = 0.001, about = "realised volatility of that market" },
    cost_ref_bps = { default = 5, min = 0.001, unit = "bps", about = "cost of trading in it" },
    probe = { default = 1, min = 1e-6, unit = "asset", about = "size whose cost is asked" },
    window = { default = "1h", min = "1s", about = "window of the realised volatility" },
    refresh = { default = "1m", min = "1s", about = "how often the band is set anew" },
    floor = { default = 0.25, min = 0, about = "smallest half width, as a multiple of band" },
    cap = { default = 4, min = 0, about = "largest half width, as a multiple of band" },
  },
  features = { vol = { "realized_vol", window = "window" } },

  -- The clock sets the band anew; between, the core watches the one that was set last.
  wake = { every = "refresh", delta_beyond = "band" },

  trigger = function(s, p, f)
    local half = half_width(s, p, f)
    s:wake_outside(-half, half)
    return s.delta > half or s.delta < -half, -half, half
  end,

  scale = function(s, p, f, lo, hi)
    return rehedge.to_edge(s.delta, lo, hi)
  end,
}
