-- Whalley and Wilmott's band around the Black-Scholes delta: for small proportional costs the best
-- policy under exponential utility leaves delta alone while it lies within
--
--     half = multiple * (1.5 e^(-r tau) kappa S Gamma^2 / gamma)^(1/3)
--
-- of the hedge, and trades to the nearest edge. kappa: one-way cost as a fraction of the notional;
-- gamma: risk aversion; Gamma: s.gamma, of the whole book; tau: time to the next expiry.
-- A. E. Whalley & P. Wilmott, "An asymptotic analysis of an optimal hedging model for option
-- pricing with transaction costs", Mathematical Finance 7, 1997. The band collapses where Gamma
-- goes to 0, and explodes at the strike near expiry: hence floor and cap.

local YEAR_S = 365 * 86400

local function cost_of(s, p)
  if p.cost > 0 then return p.cost end
  return s:cost(p.probe) / (p.probe * s.spot)
end

local function half_width(s, p)
  local tau = math.max(s.expiry_in, 0) / YEAR_S
  local discount = math.exp(-p.rate * math.min(tau, 100))
  local cube = 1.5 * discount * cost_of(s, p) * s.spot * s.gamma ^ 2 / p.risk_aversion
  return math.min(math.max(p.multiple * math.pow(cube, 1 / 3), p.floor), p.cap)
end

return rehedge.policy {
  api = 1, name = "whalley-wilmott", version = "1.0.0", license = "MIT",
  about = "A band that follows gamma and the cost of trading: (1.5 kappa S Gamma^2 / gamma)^(1/3).",

  params = {
    risk_aversion = { default = 0.001, min = 1e-12, unit = "1/numeraire", about = "gamma" },
    cost     = { default = 0, min = 0, max = 1,
                 about = "one way, fraction of the notional; 0: measured by s:cost" },
    probe    = { default = 1, min = 1e-9, unit = "asset", about = "size whose cost is measured" },
    rate     = { default = 0, about = "r, continuous per year" },
    multiple = { default = 1, min = 0, about = "of the half width" },
    floor    = { default = 0, min = 0, unit = "asset", about = "smallest half width" },
    cap      = { default = 1e9, min = 0, unit = "asset", about = "largest half width" },
    to       = { default = "edge", allowed = { "edge", "centre" },
                 about = "where a breach is traded to" },
    refresh  = { default = "0s", min = "0s",
                 about = "how often the band is set anew; 0s: at every known time" },
  },

  -- With a clock the core watches, between its calls, the band that was set last.
  wake = { every = "refresh" },

  trigger = function(s, p)
    local half = half_width(s, p)
    s:wake_outside(-half, half)
    return s.delta > half or s.delta < -half, -half, half
  end,

  scale = function(s, p, f, lo, hi)
    if p.to == "centre" then return rehedge.to_centre(s.delta, lo, hi) end
    return rehedge.to_edge(s.delta, lo, hi)
  end,
}
