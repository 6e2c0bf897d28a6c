-- Barles and Soner's hedge: the limit of exponential utility as cost and risk tolerance shrink
-- together is a Black-Scholes equation whose variance depends on gamma, with a band at its delta,
--
--     z = e^(r tau) kappa^2 gamma S^2 Gamma,    sigma_m^2 = sigma^2 (1 + f(z)),
--     half = (sqrt(z f(z)) - z) / (kappa gamma S),
--     f' = (f + 1) / (2 sqrt(z f) - z), f(0) = 0, whose solution is
--     sqrt(z) = sqrt(f) - asinh(sqrt(f)) / sqrt(1 + f)                for z > 0 (a short book),
--     sqrt(-z) = asin(sqrt(-f)) / sqrt(1 + f) - sqrt(-f)              for z < 0 (a long book).
--
-- kappa: one-way cost as a fraction of the notional; gamma: risk aversion; Gamma: of what is owed,
-- -s.gamma of the book at its own vols (one step of the fixed point that the equation is).
-- For small z the band is Whalley and Wilmott's. G. Barles & H. M. Soner, "Option pricing with
-- transaction costs and a nonlinear Black-Scholes equation", Finance and Stochastics 2, 1998.

local YEAR_S = 365 * 86400

local function cost_of(s, p)
  if p.cost > 0 then return p.cost end
  return s:cost(p.probe) / (p.probe * s.spot)
end

-- With f = sinh(u)^2 and f = -sin(u)^2 both equations are free of asinh and asin. These give
-- sqrt(|z|), sqrt(|f|) and the slope of the first: it is convex and starts as 2/3 u^3.
local function root_short(u)
  local up = math.exp(u)
  local sinh, cosh = 0.5 * (up - 1 / up), 0.5 * (up + 1 / up)
  return sinh - u / cosh, sinh, cosh - 1 / cosh + u * sinh / cosh ^ 2
end

local function root_long(u)
  local sin, cos = math.sin(u), math.cos(u)
  return u / cos - sin, sin, 1 / cos - cos + u * sin / cos ^ 2
end

-- sqrt(|f|) where sqrt(|z|) is `size`: Newton, from below once and then from above.
local function solve(root, size, limit)
  local u = math.min(math.pow(1.5 * size, 1 / 3), math.log(2 * size + 2), 0.9 * limit)
  for _ = 1, 100 do
    local value, part, slope = root(u)
    local step = (value - size) / slope
    if math.abs(step) <= 1e-15 * u then return part end
    u = u - step
    if u >= limit then u = 0.5 * (u + step + limit) end
  end
  local _, part = root(u)
  return part
end

-- f(z) and sqrt(z f) - z.
local function adjust(z)
  if math.abs(z) < 1e-12 then           -- series: the equation would be left with rounding
    local f = math.pow(1.5, 2 / 3) * math.pow(math.abs(z), 1 / 3)
    return z < 0 and -f or f, math.sqrt(f * math.abs(z)) - z
  end
  local size = math.sqrt(math.abs(z))
  local part = z > 0 and solve(root_short, size, 700) or solve(root_long, size, 0.5 * math.pi)
  local f = part ^ 2
  return z < 0 and -f or f, size * part - z
end

local function hedge(s, p)
  local tau = math.min(math.max(s.expiry_in, 0) / YEAR_S, 100)
  local kappa, gamma = cost_of(s, p), p.risk_aversion
  if kappa <= 0 then return 0, 1 end
  local z = -math.exp(p.rate * tau) * kappa ^ 2 * gamma * s.spot ^ 2 * s.gamma
  local f, g = adjust(z)
  local half = math.min(math.max(g / (kappa * gamma * s.spot), p.floor), p.cap)
  return half, math.sqrt(math.min(math.max(1 + f, 0.01), 1e6))
end

return rehedge.policy {
  api = 1, name = "barles-soner", version = "1.0.0", license = "MIT",
  about = "A band around the delta of a Black-Scholes equation with a variance that knows gamma.",

  params = {
    risk_aversion = { default = 0.001, min = 1e-12, unit = "1/numeraire", about = "gamma" },
    cost    = { default = 0, min = 0, max = 1,
                about = "one way, fraction of the notional; 0: measured by s:cost" },
    probe   = { default = 1, min = 1e-9, unit = "asset", about = "size whose cost is measured" },
    rate    = { default = 0, about = "r, continuous per year" },
    floor   = { default = 0, min = 0, unit = "asset", about = "smallest half width" },
    cap     = { default = 1e9, min = 0, unit = "asset", about = "largest half width" },
    refresh = { default = "0s", min = "0s",
                about = "how often the band is set anew; 0s: at every known time" },
  },

  wake = { every = "refresh" },

  trigger = function(s, p)
    local half, vol_scale = hedge(s, p)
    local centre = s.delta - s:delta_at(vol_scale)
    local lo, hi = centre - half, centre + half
    s:wake_outside(lo, hi)
    return s.delta > hi or s.delta < lo, lo, hi
  end,

  scale = function(s, p, f, lo, hi)
    return rehedge.to_edge(s.delta, lo, hi)
  end,
}
