-- What whalley_wilmott promises: the half width of the formula, its cube-root laws, floor and cap,
-- both targets, and a wake that follows the band.

describe("whalley_wilmott", function()
  local m
  before_each(function()
    m = market { spot = 5000, gamma = 0.02, iv = 0.2, expiry_in = 0.25 * 365 * 86400 }
  end)

  local function half_width(params)
    m:wake(policy(params))
    near(m.wake_lo, -m.wake_hi)
    return m.wake_hi
  end

  it("has the golden half width", function()
    near(half_width { risk_aversion = 1, cost = 5e-4 }, 0.114471, 5e-7)
    m:set { gamma = -0.02 }
    near(half_width { risk_aversion = 1, cost = 5e-4 }, 0.114471, 5e-7)
  end)

  it("is discounted over the time that is left", function()
    local plain = half_width { risk_aversion = 1, cost = 5e-4 }
    local late = half_width { risk_aversion = 1, cost = 5e-4, rate = 0.4 }
    near(late, plain * math.exp(-0.1 / 3), 1e-12)
  end)

  it("goes with the cube roots", function()
    local one = half_width { risk_aversion = 1, cost = 5e-4 }
    near(half_width { risk_aversion = 1, cost = 4e-3 }, 2 * one, 1e-12)
    near(half_width { risk_aversion = 8, cost = 5e-4 }, one / 2, 1e-12)
    near(half_width { risk_aversion = 1, cost = 5e-4, multiple = 0.25 }, one / 4, 1e-12)
    m:set { gamma = 0.16 }
    near(half_width { risk_aversion = 1, cost = 5e-4 }, 4 * one, 1e-12)
  end)

  it("stays between floor and cap", function()
    near(half_width { risk_aversion = 1, cost = 5e-4, cap = 0.05 }, 0.05)
    m:set { gamma = 0 }
    near(half_width { risk_aversion = 1, cost = 5e-4, floor = 0.01 }, 0.01)
    near(half_width { risk_aversion = 1, cost = 5e-4 }, 0)
  end)

  it("measures the cost when it is not told", function()
    m:set { cost_bps = 5 }
    near(half_width { risk_aversion = 1 }, 0.114471, 5e-7)
  end)

  it("trades to the nearest edge, or to the centre", function()
    m:set { delta = -0.3 }
    m:fill(m:wake(policy { risk_aversion = 1, cost = 5e-4 }))
    near(m.delta, -0.114471, 5e-7)
    m:set { delta = 0.3 }
    m:fill(m:wake(policy { risk_aversion = 1, cost = 5e-4, to = "centre" }))
    near(m.delta, 0)
  end)

  it("wakes beyond the band it has set, and on its clock", function()
    local p = policy { risk_aversion = 1, cost = 5e-4, refresh = "1m" }
    m:wake(p)
    m:set { delta = 0.11 }
    equal(m:wakes(p), false)
    m:set { delta = 0.12 }
    equal(m:wakes(p), true)
    m:set { delta = 0 }
    m:advance("1m")
    equal(m:wakes(p), true)
  end)

  it("looks at every known time without a clock", function()
    local p = policy { risk_aversion = 1, cost = 5e-4 }
    m:wake(p)
    equal(m:wakes(p), true)
  end)
end)
