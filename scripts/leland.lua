-- Leland's hedge: delta on a clock, at a volatility that has the cost of trading in it,
--
--     sigma_L^2 = sigma^2 (1 + A),   A = sqrt(2/pi) k / (sigma sqrt(dt)),   k = 2 cost,
--
-- for a short book (gamma < 0), 1 - A for a long one; `cost` the one-way cost as a fraction of the
-- notional, k the round trip (people mix sqrt(2/pi) and sqrt(8/pi)); dt the time between trades:
-- `every`, or, hedging at every known time, that since the last call (none at the first: A = 0).
-- H. Leland, "Option pricing and replication with transactions costs", J. Finance 40, 1985.
-- With options of several vols, A is that of s.iv and every vol is scaled alike.

local YEAR_NS = 365 * 86400 * 1e9

local st = rehedge.state { last = false }

local function cost_of(s, p)
  if p.cost > 0 then return p.cost end
  return s:cost(p.probe) / (p.probe * s.spot)
end

-- Where 1 - A is nothing or less there is no such vol: a tenth of the vol is as near as it gets.
local function vol_scale(s, p)
  local dt = p.every
  if dt == 0 and st.last then dt = s.time - st.last end
  st.last = s.time
  if dt == 0 then return 1 end
  local a = math.sqrt(2 / math.pi) * 2 * cost_of(s, p) / (s.iv * math.sqrt(dt / YEAR_NS))
  local variance = s.gamma <= 0 and 1 + a or 1 - a
  return math.sqrt(math.min(math.max(variance, 0.01), 1e6))
end

return rehedge.policy {
  api = 1, name = "leland", version = "1.0.0", license = "MIT",
  about = "Delta on a clock, at Leland's volatility.",

  params = {
    every = { default = "1h", min = "0s", about = "time between trades; 0s: every known time" },
    cost  = { default = 0, min = 0, max = 1,
              about = "one way, fraction of the notional; 0: measured by s:cost" },
    probe = { default = 1, min = 1e-9, unit = "asset", about = "size whose cost is measured" },
  },

  wake = { every = "every" },

  -- The band has no width: net delta at Leland's vol is traded to 0.
  trigger = function(s, p)
    local target = s.delta - s:delta_at(vol_scale(s, p))
    return true, target, target
  end,

  scale = function(s, p, f, lo)
    return lo - s.delta
  end,
}
