-- Li and Almgren's hedge under market impact: trade towards the delta at a rate that is
-- proportional to the mis-hedge,
--
--     rate = kappa * mis-hedge,   kappa = sqrt(risk sigma^2 / (2 eta)),
--
-- sigma: of the price, numeraire per sqrt(year); eta: temporary impact, an order at v units of the
-- asset a year pays eta v per unit; risk: aversion to variance, per numeraire. Over a step dt the
-- mis-hedge decays by e^(-kappa dt), so the gain of a discrete trade is 1 - e^(-kappa dt): never
-- above 1, where kappa dt itself is unstable from 2 on. dt: `every`, or, at every known time, the
-- time since the last call (nothing at the first).
-- T. M. Li & R. Almgren, "Option hedging with smooth market impact", Market Microstructure and
-- Liquidity 2, 2016 (without their correction for gamma, which needs permanent impact).

local YEAR_NS = 365 * 86400 * 1e9

local st = rehedge.state { last = false }

local function gain(s, p)
  local sigma = p.sigma > 0 and p.sigma or s.iv * s.spot
  local kappa = math.sqrt(p.risk * sigma ^ 2 / (2 * p.eta))
  local dt = p.every
  if dt == 0 and st.last then dt = s.time - st.last end
  st.last = s.time
  return 1 - math.exp(-kappa * dt / YEAR_NS)
end

return rehedge.policy {
  api = 1, name = "li-almgren", version = "1.0.0", license = "MIT",
  about = "A rate of trading in proportion to the mis-hedge.",

  params = {
    risk  = { default = 0.001, min = 0, unit = "1/numeraire", about = "aversion to variance" },
    eta   = { default = 1e-3, min = 1e-18, unit = "numeraire year per asset^2",
              about = "temporary impact" },
    sigma = { default = 0, min = 0, unit = "numeraire per sqrt(year)",
              about = "of the price; 0: s.iv times spot" },
    every = { default = "1m", min = "0s", about = "time between trades; 0s: every known time" },
  },

  wake = { every = "every" },

  trigger = function(s, p)
    local left = s.delta * (1 - gain(s, p))
    return true, left, left
  end,

  scale = function(s, p, f, lo)
    return lo - s.delta
  end,
}
