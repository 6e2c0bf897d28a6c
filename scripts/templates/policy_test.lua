-- Tests of policy.lua: `rehedge test` runs each in a world of its own. A market is moved by hand,
-- and the policy says what it would do.

describe("@NAME@", function()
  local p, m

  before_each(function()
    p = policy { band = 0.1, rest = "30s" }
    m = market { spot = 100, delta = 0, since_hedge = 60 }
  end)

  it("sleeps inside the band", function()
    m:set { delta = 0.1 }
    equal(m:wakes(p), false)
  end)

  it("trades back to the edge", function()
    m:set { delta = 0.35 }
    equal(m:wakes(p), true)
    local orders, fired = m:wake(p)
    equal(fired, true)
    near(orders[1].qty, -0.25)
    m:fill(orders)
    near(m.delta, 0.1)
  end)

  it("rests after a trade", function()
    m:set { delta = -0.35 }
    m:fill(m:wake(p))
    m:move(110)
    m:set { delta = -0.5 }
    local orders, fired = m:wake(p)
    equal(fired, false)
    equal(orders, {})
    m:advance("30s")
    orders = m:wake(p)
    near(orders[1].qty, 0.4)
  end)

  it("refuses a band that is negative", function()
    fails(function() policy { band = -1 } end, "band")
  end)
end)
