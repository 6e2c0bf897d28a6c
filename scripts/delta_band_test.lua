-- What delta_band promises, in each of its units and towards both of its targets.

describe("delta_band", function()
  local m
  before_each(function() m = market { spot = 200, gross_delta = 8 } end)

  it("sleeps on the edge and wakes beyond it", function()
    local p = policy { band = 0.25 }
    m:set { delta = 0.25 }
    equal(m:wakes(p), false)
    equal(select(2, m:wake(p)), false)
    m:set { delta = -0.2500001 }
    equal(m:wakes(p), true)
    local _, fired, lo, hi = m:wake(p)
    equal(fired, true)
    equal({ lo, hi }, { -0.25, 0.25 })
  end)

  it("trades to the nearest edge, from both sides", function()
    local p = policy { band = 0.25 }
    for _, delta in ipairs { 1, -1 } do
      m:set { delta = delta }
      m:fill(m:wake(p))
      near(m.delta, 0.25 * delta)
    end
  end)

  it("trades to the centre when told to", function()
    m:set { delta = 1 }
    equal(m:wake(policy { band = 0.25, to = "centre" }), { { qty = -1.0 } })
  end)

  it("takes a band in the quote currency", function()
    local p = policy { band = 50, unit = "quote" }          -- 50 / 200 = 0.25
    m:set { delta = 0.26 }
    equal(m:wakes(p), true)
    near(m:wake(p)[1].qty, -0.01)
  end)

  it("takes a band in percent of the gross delta", function()
    local p = policy { band = 5, unit = "percent" }         -- 5 % of 8 = 0.4
    m:set { delta = 0.39 }
    equal(m:wakes(p), false)
    m:set { delta = 0.5 }
    near(m:wake(p)[1].qty, -0.1)
  end)

  it("counts what is on its way", function()
    local p = policy { band = 0.25 }
    m:set { delta = 1 }
    m:send(m:wake(p))
    near(m.delta, 0.25)
    near(m.delta_filled, 1)
    equal(m:wakes(p), false)
  end)

  it("refuses what makes no sense", function()
    fails(function() policy { band = -1 } end, "band")
    fails(function() policy { unit = "bps" } end, "unit")
    fails(function() policy { bnad = 1 } end, "did you mean")
  end)
end)
