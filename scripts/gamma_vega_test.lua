-- What gamma_vega promises: which greek decides, how many contracts, and the delta they bring.

describe("gamma_vega", function()
  local m
  local world = { hedges = { "PERP", "CALL" }, venues = { "perp", "options" } }
  before_each(function()
    m = market {
      spot = 100, gamma = -0.5, vega = -200,
      instruments = { CALL = { mid = 4, delta = 0.5, gamma = 0.05, vega = 10, lot = 0.1 } },
    }
  end)

  it("buys gamma back to the edge and sells the delta that comes with it", function()
    local p = policy({ option = "CALL", gamma_band = 0.1 }, world)
    local orders = m:wake(p)                                  -- 0.4 / 0.05 = 8 contracts
    equal(orders, { { instrument = "CALL", qty = 8.0 }, { qty = -4.0 } })
    m:fill(orders)
    near(m.gamma, -0.1)
    near(m.delta, 0)
    near(m:instrument("CALL").position, 8)
    equal(m:wakes(p), false)
  end)

  it("counts what is on its way", function()
    local p = policy({ option = "CALL", gamma_band = 0.1 }, world)
    m:send(m:wake(p))
    local _, fired = m:wake(p)
    equal(fired, false)
    near(m:instrument("CALL").pending, 8)
  end)

  it("lets the greek decide that is further out", function()
    local p = policy({ option = "CALL", gamma_band = 0.4, vega_band = 50 }, world)
    near(m:wake(p)[1].qty, 15)                                -- vega: 150 / 10
  end)

  it("trades whole lots, and the delta of whole lots", function()
    m:set { gamma = -0.131 }                                  -- 0.62 contracts
    local orders = m:wake(policy({ option = "CALL", gamma_band = 0.1, band = 0 }, world))
    near(orders[1].qty, 0.6)
    near(orders[2].qty, -0.3)
  end)

  it("leaves an option alone that is about to expire, and trades delta on", function()
    m:set { delta = 1, instruments = { CALL = { expiry_in = 60 } } }
    equal(m:wake(policy({ option = "CALL", gamma_band = 0.1 }, world)), { { qty = -1.0 } })
  end)

  it("holds no more than it may", function()
    m:set { instruments = { CALL = { position = 3 } } }
    near(m:wake(policy({ option = "CALL", gamma_band = 0.1, most = 5 }, world))[1].qty, 2)
  end)

  it("is a delta hedge without bands", function()
    m:set { delta = -1 }
    equal(m:wake(policy({ option = "CALL" }, world)), { { qty = 1.0 } })
  end)

  it("refuses an instrument that is not there", function()
    fails(function() policy({ option = "CAL" }, world) end, "did you mean \"CALL\"")
    m:set { delta = 1 }
    fails(function() m:wake(policy(nil, world)) end, "name the option")
  end)
end)
