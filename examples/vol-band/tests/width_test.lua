-- The module by itself, and the policy in a market moved by hand.
local width = require "indicators.width"

describe("width", function()
  it("is wider in a calm market, and bounded", function()
    assert(width(0.2, 0.3) > width(0.2, 1.2))
    assert(width(0.2, 1e-9) < 0.2 * 100)
  end)
end)

describe("vol-band", function()
  it("trades to the edge of the band when delta leaves it", function()
    local p = policy { band = 0.2 }
    local m = market { delta = 5, features = { vol = 0.8 } }
    local orders, fired, lo, hi = m:wake(p)
    equal(fired, true)
    near(orders[1].qty, hi - 5)
    m:fill(orders)
    equal(select(2, m:wake(p)), false)
  end)
end)
