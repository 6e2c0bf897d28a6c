-- What keeper_partial promises: threshold or time, each rebalance capped, the rest later.

describe("keeper_partial", function()
  local m
  before_each(function() m = market { spot = 2000, delta = 0.05 } end)

  it("acts at its first look, then on the threshold", function()
    local p = policy { threshold = 0.1 }
    m:fill(m:wake(p))
    near(m.delta, 0)
    m:set { delta = 0.09 }
    equal(select(2, m:wake(p)), false)
    m:set { delta = -0.1 }
    equal(select(2, m:wake(p)), true)
  end)

  it("acts when it has not for long", function()
    local p = policy { threshold = 0.1, every = "1d" }
    m:wake(p)
    m:advance("23h")
    equal(select(2, m:wake(p)), false)
    m:advance("1h")
    equal(select(2, m:wake(p)), true)
  end)

  it("trades no more than the notional at a time", function()
    local p = policy { threshold = 0.1, max_notional = 1000 }
    m:set { delta = 1.2 }
    for _, left in ipairs { 0.7, 0.2, 0 } do
      m:fill(m:wake(p))
      near(m.delta, left, 1e-12)
      m:advance("1m")
    end
    equal(select(2, m:wake(p)), false)
    m:set { delta = -3 }
    near(m:wake(p)[1].qty, 0.5)
  end)

  it("looks on its clock only", function()
    local p = policy { check = "10m" }
    m:wake(p)
    m:set { delta = 50 }
    m:advance("9m")
    equal(m:wakes(p), false)
    m:advance("1m")
    equal(m:wakes(p), true)
  end)
end)
