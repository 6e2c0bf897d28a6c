-- What barles_soner promises: f(z) solves its equation on both sides, the band is Whalley and
-- Wilmott's where cost and risk are small, and it lies around the delta at the adjusted vol.

describe("barles_soner", function()
  local m
  before_each(function()
    m = market { spot = 100, gamma = -0.04, iv = 0.2, expiry_in = 0.25 * 365 * 86400 }
  end)

  -- kappa^2 gamma S^2 Gamma = z with kappa = 0.01, S = 100, Gamma = 1: gamma = z.
  local function adjusted(z)
    m:set { gamma = z > 0 and -1 or 1 }
    m:wake(policy { cost = 0.01, risk_aversion = math.abs(z) })
    local half = (m.wake_hi - m.wake_lo) / 2
    return m.vol_scale ^ 2 - 1, half * 0.01 * math.abs(z) * 100
  end

  it("solves the differential equation", function()
    for _, z in ipairs { 1e-9, 1e-5, 0.03, 0.5, 20, 1e5, -1e-9, -1e-5, -0.03, -0.5, -20 } do
      local h = 1e-4 * math.abs(z)
      local f, g = adjusted(z)
      local slope = (adjusted(z + h) - adjusted(z - h)) / (2 * h)
      near(slope * (2 * math.sqrt(z * f) - z) / (f + 1), 1, 1e-6, "z = " .. z)
      near(g / (math.sqrt(z * f) - z), 1, 1e-9)
    end
  end)

  -- sqrt(z) = sqrt(f) - asinh(sqrt f) / sqrt(1 + f) at f = 1: asinh(1) = ln(1 + sqrt 2).
  it("has the closed solution", function()
    local root = 1 - math.log(1 + math.sqrt(2)) / math.sqrt(2)
    near(adjusted(root ^ 2), 1, 1e-10)
    -- f = -1/2: asin(sqrt(1/2)) = pi / 4
    local long = math.pi / 4 * math.sqrt(2) - math.sqrt(0.5)
    near(adjusted(-(long ^ 2)), -0.5, 1e-10)
  end)

  it("is whalley and wilmott's band for small cost", function()
    for _, gamma in ipairs { -0.04, 0.04 } do
      m:set { gamma = gamma }
      m:wake(policy { cost = 1e-7, risk_aversion = 0.1 })
      local half = math.pow(1.5 * 1e-7 * 100 * 0.04 ^ 2 / 0.1, 1 / 3)
      near((m.wake_hi - m.wake_lo) / 2 / half, 1, 1e-4)
      near(m.vol_scale, 1, 1e-4)
    end
  end)

  it("is narrower for what is owed than for what is held", function()
    local function width(gamma)
      m:set { gamma = gamma }
      m:wake(policy { cost = 0.005, risk_aversion = 0.1 })
      return m.wake_hi - m.wake_lo
    end
    equal(width(-0.04) < width(0.04), true)
  end)

  it("trades to the edge of a band around the delta at that vol", function()
    m:set { delta = 0.9, delta_at = 0.8 }
    m:fill(m:wake(policy { cost = 0.005, risk_aversion = 0.1 }))
    near(m.delta, m.wake_hi)
    near((m.wake_hi + m.wake_lo) / 2, 0.1)
  end)

  it("trades everything where trading is free", function()
    m:set { delta = 0.9 }
    m:fill(m:wake(policy { risk_aversion = 0.1 }))
    near(m.delta, 0)
  end)

  it("stays between floor and cap", function()
    m:wake(policy { cost = 0.005, risk_aversion = 0.1, cap = 0.01 })
    near((m.wake_hi - m.wake_lo) / 2, 0.01)
    m:set { gamma = 0 }
    m:wake(policy { cost = 0.005, risk_aversion = 0.1, floor = 0.02 })
    near((m.wake_hi - m.wake_lo) / 2, 0.02)
  end)
end)
