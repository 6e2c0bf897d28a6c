-- The Crab vault's rule (Opyn, 2022): it holds `collateral` ETH against `debt` of a short squared
-- position (oSQTH, a power perp with price p in ETH, so with a delta of 2 p), and when
--
--     time since the last hedge >= every,   or   |p / p_last - 1| >= threshold,
--
-- it buys (2 debt p - collateral) / p of oSQTH, paid from the collateral, so that delta is nothing:
-- (collateral - x p) - 2 (debt - x) p = 0.
-- Here: collateral is the hedge (s.position and what is pending), 2 debt p the delta that the book
-- is short, so collateral - 2 debt p = s.delta. The x oSQTH it buys, x p ETH worth, move delta by
-- 2 x p - x p = x p = 2 debt p - collateral: in units of the asset it trades -s.delta, whatever
-- the hedge instrument is. p in ETH moves with s.spot, but for funding. `every` counts from the
-- last hedge, not from the start; the first call, with none before it, hedges.

local st = rehedge.state { last_time = false, last_spot = false }

local function is_due(s, p)
  if not st.last_time then return true end
  return s.time - st.last_time >= p.every or
         math.abs(s.spot / st.last_spot - 1) >= p.threshold
end

return rehedge.policy {
  api = 1, name = "crab", version = "1.0.0", license = "MIT",
  about = "Delta to nothing after a time or a move of the price, as the Crab vault does.",

  params = {
    every     = { default = "1d", min = "1ms", about = "longest time since the last hedge" },
    threshold = { default = 0.05, min = 0, about = "move of the price since then, 0.05 = 5%" },
  },

  -- No wake: both conditions are of the last hedge, and are looked at whenever something is known.
  trigger = function(s, p)
    return is_due(s, p), 0, 0
  end,

  scale = function(s, p)
    st.last_time, st.last_spot = s.time, s.spot
    return -s.delta                     -- 2 debt p - collateral
  end,
}
