-- What pool_hedger promises: the full target within the cap, the interaction delay and its two
-- exceptions.

describe("pool_hedger", function()
  local m
  before_each(function() m = market { spot = 2000, delta = -5 } end)

  it("hedges to the full target", function()
    m:fill(m:wake(policy {}))
    near(m.delta, 0)
    near(m.position, 5)
  end)

  it("caps the hedge, not the trade", function()
    local p = policy { cap = 3, delay = "0s" }
    m:fill(m:wake(p))
    near(m.position, 3)
    near(m.delta, -2)
    equal(select(2, m:wake(p)), false)                  -- the cap is reached
    m:set { delta = 3 }                                 -- book at 0: the hedge is too much
    m:fill(m:wake(p))
    near(m.position, 0)
    m:set { delta = 9 }
    m:fill(m:wake(p))
    near(m.position, -3)
  end)

  it("waits out the interaction delay", function()
    local p = policy { delay = "6h" }
    m:fill(m:wake(p))
    m:set { delta = 1 }
    m:advance("5h")
    equal(select(2, m:wake(p)), false)
    m:advance("1h")
    equal(select(2, m:wake(p)), true)
  end)

  it("does not wait beyond the threshold", function()
    local p = policy { delay = "6h", threshold = 1 }
    m:fill(m:wake(p))
    m:set { delta = 1 }
    equal(select(2, m:wake(p)), false)
    m:set { delta = 1.01 }
    equal(select(2, m:wake(p)), true)
  end)

  it("does not wait when the target is nothing", function()
    local p = policy { delay = "6h" }
    m:fill(m:wake(p))
    m:set { delta = m.position }                        -- the options are gone
    local orders, fired = m:wake(p)
    equal(fired, true)
    equal(orders, { { qty = -5.0 } })
  end)

  it("counts what is on its way as hedged", function()
    local p = policy { delay = "0s" }
    m:send(m:wake(p))
    equal(select(2, m:wake(p)), false)
  end)
end)
