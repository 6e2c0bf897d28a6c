-- What crab promises: it hedges first, then after a time or a move since the last hedge, whichever
-- comes first, and buys (2 debt p - collateral) / p of the squared position, in its own terms.

describe("crab", function()
  local m
  before_each(function() m = market { spot = 2000, delta = -0.4, position = 1 } end)

  it("hedges at once, then waits", function()
    local p = policy {}
    local orders, fired = m:wake(p)
    equal(fired, true)
    equal(orders, { { qty = 0.4 } })
    m:fill(orders)
    equal(select(2, m:wake(p)), false)
  end)

  it("counts time from the last hedge, that moment included", function()
    local p = policy { every = "1d" }
    m:wake(p)
    m:advance("23h")
    equal(select(2, m:wake(p)), false)
    m:advance("1h")
    equal(select(2, m:wake(p)), true)
    m:advance("23h")
    equal(select(2, m:wake(p)), false)
  end)

  it("looks at the move since the last hedge, either way", function()
    for _, spot in ipairs { 2101, 1899 } do
      m:set { spot = 2000 }
      local p = policy { threshold = 0.05 }
      m:wake(p)
      m:set { spot = 2000 + 0.9 * (spot - 2000) }
      equal(select(2, m:wake(p)), false)
      m:set { spot = spot }
      equal(select(2, m:wake(p)), true)
    end
  end)

  -- 10 oSQTH of 0.08 ETH short, 1.5 ETH of collateral: delta 1.5 - 2 x 10 x 0.08 = -0.1.
  it("buys what the vault buys", function()
    local debt, p, collateral = 10, 0.08, 1.5
    m:set { position = collateral, delta = collateral - 2 * debt * p }
    local asset = m:wake(policy {})[1].qty
    near(asset, 2 * debt * p - collateral, 1e-15)
    local x = asset / p                                 -- oSQTH, paid from the collateral
    near((collateral - x * p) - 2 * (debt - x) * p, 0, 1e-12)
  end)

  it("remembers its last hedge through a swap", function()
    local old, new = policy {}, policy {}
    m:wake(old)
    new:take(old)
    equal(select(2, m:wake(new)), false)
  end)
end)
