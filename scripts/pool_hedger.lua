-- The rule of an option pool's hedger (Lyra's PoolHedger, 2022): hedge to the full target,
--
--     target = -(delta of the book), at most `cap` either way,
--
-- but not within `delay` of the last interaction, unless the mis-hedge is beyond `threshold` or the
-- target is 0 (a pool whose options are gone does not sit on its hedge).

local st = rehedge.state { last = false }

local function target_of(s, p)
  local hedge = s.position + s.pending
  return math.min(math.max(hedge - s.delta, -p.cap), p.cap), hedge
end

return rehedge.policy {
  api = 1, name = "pool-hedger", version = "1.0.0", license = "MIT",
  about = "Full hedge within a cap, at most once per delay unless far off.",

  params = {
    cap       = { default = 1e9, min = 0, unit = "asset", about = "largest hedge, either way" },
    delay     = { default = "1h", min = "0s", about = "interaction delay" },
    threshold = { default = 1e9, min = 0, unit = "asset",
                  about = "mis-hedge beyond which the delay does not hold" },
  },

  trigger = function(s, p)
    local target, hedge = target_of(s, p)
    local off = target - hedge
    if off == 0 then return false end
    local waits = st.last and s.time - st.last < p.delay
    if waits and math.abs(off) <= p.threshold and target ~= 0 then return false end
    local left = s.delta + off                          -- what the cap leaves
    return true, left, left
  end,

  scale = function(s, p)
    st.last = s.time
    local target, hedge = target_of(s, p)
    return target - hedge
  end,
}
