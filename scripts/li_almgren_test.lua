-- What li_almgren promises: the gain 1 - e^(-kappa dt) of kappa = sqrt(risk sigma^2 / (2 eta)), a
-- decay that is the same however the time is cut, and no overshoot at any speed.

describe("li_almgren", function()
  local m
  before_each(function() m = market { spot = 100, iv = 0.5, delta = 1 } end)

  -- risk 0.02, sigma 50, eta 0.001: kappa = sqrt(0.02 x 2500 / 0.002) = 158.1138830 per year.
  local params = { risk = 0.02, eta = 0.001, every = "1d" }
  local kappa = math.sqrt(25000)

  it("trades the gain", function()
    near(m:wake(policy(params))[1].qty, -(1 - math.exp(-kappa / 365)), 1e-12)
    m:set { delta = -2 }
    near(m:wake(policy(params))[1].qty, 2 * (1 - math.exp(-kappa / 365)), 1e-12)
  end)

  it("decays alike in one step and in many", function()
    local p = policy { risk = 0.02, eta = 0.001, every = "1h" }
    for _ = 1, 24 do m:fill(m:wake(p)) end
    near(m.delta, math.exp(-kappa / 365), 1e-12)
  end)

  it("takes the time since its last call where it has no clock", function()
    local p = policy { risk = 0.02, eta = 0.001, every = "0s" }
    equal(m:wake(p), {})
    m:advance("1d")
    near(m:wake(p)[1].qty, -(1 - math.exp(-kappa / 365)), 1e-12)
  end)

  it("takes the vol of the price from a param", function()
    local p = policy { risk = 0.02, eta = 0.001, every = "1d", sigma = 25 }
    near(m:wake(p)[1].qty, -(1 - math.exp(-0.5 * kappa / 365)), 1e-12)
  end)

  it("never overshoots", function()
    m:fill(m:wake(policy { risk = 1e9, eta = 1e-9, every = "1d" }))
    near(m.delta, 0, 1e-12)
  end)
end)
