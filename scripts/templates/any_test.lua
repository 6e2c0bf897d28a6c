-- Tests of policy.lua: `rehedge test` runs each in a world of its own. A market is moved by hand,
-- and the policy says what it would do. Write down here what yours promises.

describe("@NAME@", function()
  it("leaves a book without delta alone, and brings a large one nearer to zero", function()
    local p = policy {}
    local m = market {
      spot = 100, delta = 0, gross_delta = 10, cost_bps = 5,
      features = { vol = 0.8, fast = 0.8, slow = 0.8 },
    }
    m:fill(m:wake(p))
    near(m.delta, 0)
    m:set { delta = 5, gross_delta = 10 }
    m:advance("1d")
    m:fill(m:wake(p))
    equal(math.abs(m.delta) < 5, true)
  end)
end)
