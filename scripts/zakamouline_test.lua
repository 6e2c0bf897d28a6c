-- What zakamouline promises: H0, H1 and K of the formulas, the vol of a long and a short book, and
-- a band around the delta at that vol.

describe("zakamouline", function()
  local m
  before_each(function()
    m = market { spot = 5000, gamma = -0.02, iv = 0.2, expiry_in = 0.25 * 365 * 86400 }
  end)

  local params = { risk_aversion = 1, cost = 5e-4 }

  -- delta .5, gamma .02, S 5000, T .25, sigma .2, risk aversion 1, cost 5e-4, r 0: H0 = 1e-5.
  it("has the golden half width", function()
    m:wake(policy(params))
    near((m.wake_hi - m.wake_lo) / 2, 0.020953691, 1e-9)
  end)

  it("is H0 where there is no gamma", function()
    m:set { gamma = 0 }
    m:wake(policy(params))
    near(m.wake_hi, 1e-5, 1e-15)
    near(m.vol_scale, 1)
  end)

  -- K = -4.76 0.0005^0.78 0.25^-0.02 5^0.25 500000^0.15, by a calculator.
  it("raises the vol of a short book and lowers that of a long one", function()
    local k = -4.76 * math.exp(0.78 * math.log(5e-4) - 0.02 * math.log(0.25) + 0.25 * math.log(5) +
                               0.15 * math.log(5e5))
    m:wake(policy(params))
    near(m.vol_scale ^ 2, 1 - k, 1e-12)
    m:set { gamma = 0.02 }
    m:wake(policy(params))
    near(m.vol_scale ^ 2, 1 + k, 1e-12)
  end)

  it("trades to the edge of a band around the delta at that vol", function()
    m:set { delta = 0.2, delta_at = 0.15 }
    m:fill(m:wake(policy(params)))
    near(m.delta, 0.05 + 0.020953691, 1e-9)
    near(m.wake_lo, 0.05 - 0.020953691, 1e-9)
    equal(m:wakes(policy(params)), true)                -- the clock of a fresh policy
    local orders = m:wake(policy(params))               -- but it lies on the edge
    near(orders[1] and orders[1].qty or 0, 0, 1e-15)
  end)

  it("measures the cost, and keeps to its cap near expiry", function()
    m:set { cost_bps = 5 }
    m:wake(policy { risk_aversion = 1 })
    near((m.wake_hi - m.wake_lo) / 2, 0.020953691, 1e-9)
    m:set { expiry_in = 1 }
    m:wake(policy { risk_aversion = 1, cap = 0.5 })
    near(m.wake_hi, 0.5)
  end)
end)
