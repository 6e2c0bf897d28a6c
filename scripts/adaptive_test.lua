-- What adaptive promises: the cube-root rule, its floor and cap, and a wake that follows the band.

describe("adaptive", function()
  local p, m
  before_each(function()
    p = policy { band = 0.1, vol_ref = 0.8, cost_ref_bps = 5 }
    m = market { spot = 1000, delta = 0, cost_bps = 5, features = { vol = 0.8 } }
  end)

  local function half_width()
    m:wake(p)
    near(m.wake_lo, -m.wake_hi)
    return m.wake_hi
  end

  it("is as wide as band in the reference market", function()
    near(half_width(), 0.1, 1e-12)
  end)

  it("grows with the cube root of cost", function()
    m:set { cost_bps = 40 }
    near(half_width(), 0.2, 1e-12)
  end)

  it("narrows as volatility rises", function()
    m:set { features = { vol = 1.6 } }
    near(half_width(), 0.05, 1e-12)
  end)

  it("stays between floor and cap", function()
    m:set { cost_bps = 5e6 }
    near(half_width(), 0.4)
    m:set { cost_bps = 0 }
    near(half_width(), 0.025)
  end)

  it("trades back to the band it has just set", function()
    m:set { delta = 0.5, cost_bps = 40 }
    m:fill(m:wake(p))
    near(m.delta, 0.2, 1e-12)
    equal(m:wakes(p), false)
  end)

  it("is woken by the clock, and by the band it set", function()
    m:wake(p)
    equal(m:wakes(p), false)
    m:advance("1m")
    equal(m:wakes(p), true)
    m:wake(p)
    m:set { delta = 0.11 }
    equal(m:wakes(p), true)
  end)

  it("needs its feature", function()
    fails(function() market {}:wake(p) end, "feature 'vol'")
  end)
end)
