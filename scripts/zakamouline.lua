-- Zakamouline's approximation of the optimal hedge under exponential utility and proportional cost:
-- a band H0 + H1 around the delta at a volatility of its own,
--
--     H0 = kappa / (gamma S sigma^2 tau)
--     H1 = 1.12 kappa^0.31 tau^0.05 (e^(-r tau) / sigma)^0.25 (|Gamma| / gamma)^0.5
--     K  = -4.76 kappa^0.78 tau^-0.02 (e^(-r tau) / sigma)^0.25 (gamma S^2 |Gamma|)^0.15
--     sigma_m^2 = sigma^2 (1 + K) for a long book, sigma^2 (1 - K) for a short one,
--
-- traded to the nearest edge. kappa: one-way cost as a fraction of the notional; gamma: risk
-- aversion; Gamma at sigma = s.iv, of the whole book; tau: time to the next expiry. Fitted to
-- single options: V. Zakamouline, "Efficient analytic approximation of the optimal hedging strategy
-- for a European call option with proportional transaction costs", Quantitative Finance 6, 2006.

local YEAR_S = 365 * 86400

local function cost_of(s, p)
  if p.cost > 0 then return p.cost end
  return s:cost(p.probe) / (p.probe * s.spot)
end

-- Half width, and the factor of the vols. A book whose gamma is nothing keeps H0 and its vols.
local function hedge(s, p)
  local tau = math.min(math.max(s.expiry_in, 1) / YEAR_S, 100)
  local kappa, gamma, Gamma = cost_of(s, p), p.risk_aversion, math.abs(s.gamma)
  local carry = math.pow(math.exp(-p.rate * tau) / s.iv, 0.25)
  local h0 = kappa / (gamma * s.spot * s.iv ^ 2 * tau)
  local h1 = 1.12 * math.pow(kappa, 0.31) * math.pow(tau, 0.05) * carry * math.sqrt(Gamma / gamma)
  local k = -4.76 * math.pow(kappa, 0.78) * math.pow(tau, -0.02) * carry *
            math.pow(gamma * s.spot ^ 2 * Gamma, 0.15)
  local variance = s.gamma > 0 and 1 + k or 1 - k
  return math.min(h0 + h1, p.cap), math.sqrt(math.min(math.max(variance, 0.01), 1e6))
end

return rehedge.policy {
  api = 1, name = "zakamouline", version = "1.0.0", license = "MIT",
  about = "The band H0 + H1 around the delta at a modified volatility.",

  params = {
    risk_aversion = { default = 0.001, min = 1e-12, unit = "1/numeraire", about = "gamma" },
    cost    = { default = 0, min = 0, max = 1,
                about = "one way, fraction of the notional; 0: measured by s:cost" },
    probe   = { default = 1, min = 1e-9, unit = "asset", about = "size whose cost is measured" },
    rate    = { default = 0, about = "r, continuous per year" },
    cap     = { default = 1e9, min = 0, unit = "asset", about = "largest half width" },
    refresh = { default = "0s", min = "0s",
                about = "how often the band is set anew; 0s: at every known time" },
  },

  wake = { every = "refresh" },

  -- In terms of s.delta the band lies around the difference of the two deltas.
  trigger = function(s, p)
    local half, vol_scale = hedge(s, p)
    local centre = s.delta - s:delta_at(vol_scale)
    local lo, hi = centre - half, centre + half
    s:wake_outside(lo, hi)
    return s.delta > hi or s.delta < lo, lo, hi
  end,

  scale = function(s, p, f, lo, hi)
    return rehedge.to_edge(s.delta, lo, hi)
  end,
}
