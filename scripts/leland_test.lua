-- What leland promises: Leland's number from the round trip, a larger vol for a short book and a
-- smaller one for a long one, and a trade to the delta at that vol.

describe("leland", function()
  local m
  before_each(function()
    m = market { spot = 100, iv = 0.2, gamma = -0.04, delta = 0.1, delta_at = 0.07 }
  end)

  -- T = .25, 63 steps, one way 0.001: sigma_L = 0.21228851 and A = 0.12666; at 0.005 0.25560135.
  it("has the vols of the literature", function()
    local step = "125142857142857ns"                    -- 0.25 x 365 days / 63
    m:wake(policy { cost = 0.001, every = step })
    near(0.2 * m.vol_scale, 0.21228851, 1e-8)
    near(m.vol_scale ^ 2 - 1, 0.12666, 1e-6)
    m:wake(policy { cost = 0.005, every = step })
    near(0.2 * m.vol_scale, 0.25560135, 1e-8)
  end)

  it("lowers the vol of a long book, never to nothing", function()
    m:set { gamma = 0.04 }
    local p = policy { cost = 0.001, every = "125142857142857ns" }
    m:wake(p)
    near(m.vol_scale ^ 2, 1 - 0.1266603, 1e-6)
    m:wake(policy { cost = 0.5, every = "1s" })
    near(m.vol_scale, 0.1)
    m:set { gamma = -0.04 }
    m:wake(policy { cost = 1, every = "1ms" })
    equal(m.vol_scale > 300, true)
  end)

  it("trades the delta at that vol to nothing", function()
    m:fill(m:wake(policy { cost = 0.001 }))
    near(m.delta, 0.03)
    equal(m:wake(policy { cost = 0.001 }), {})
  end)

  it("asks the venue what trading costs when it is not told", function()
    m:set { cost_bps = 10 }
    m:wake(policy { every = "125142857142857ns" })
    near(0.2 * m.vol_scale, 0.21228851, 1e-8)
  end)

  it("takes the time since its last call where it has no clock", function()
    local p = policy { cost = 0.001, every = "0s" }
    m:wake(p)
    near(m.vol_scale, 1)
    m:advance("125142857142857ns")
    m:wake(p)
    near(0.2 * m.vol_scale, 0.21228851, 1e-8)
    equal(m:wakes(p), true)
  end)

  it("is woken by the clock", function()
    local p = policy { every = "1h" }
    equal(m:wakes(p), true)
    m:wake(p)
    equal(m:wakes(p), false)
    m:advance("1h")
    equal(m:wakes(p), true)
  end)
end)
