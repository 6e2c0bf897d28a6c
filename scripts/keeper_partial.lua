-- A keeper with partial hedges, the rule of delta-neutral vaults: it looks every `check`, and when
-- the mis-hedge is at or beyond `threshold`, or `every` has passed since its last rebalance, trades
-- towards nothing, but no more than `max_notional` at a time; what is left it trades at the next
-- looks, for as long as it is beyond the threshold.

local st = rehedge.state { last = false }

return rehedge.policy {
  api = 1, name = "keeper-partial", version = "1.0.0", license = "MIT",
  about = "Threshold or time, each rebalance capped in notional.",

  params = {
    threshold    = { default = 0.1, min = 0, unit = "asset", about = "mis-hedge that is traded" },
    every        = { default = "1d", min = "1ms", about = "longest time since the last rebalance" },
    max_notional = { default = 1e5, min = 0, unit = "numeraire", about = "of one rebalance" },
    check        = { default = "1m", min = "0s",
                     about = "how often the keeper looks; 0s: at every known time" },
  },

  wake = { every = "check" },

  trigger = function(s, p)
    local late = not st.last or s.time - st.last >= p.every
    return late or math.abs(s.delta) >= p.threshold, 0, 0
  end,

  scale = function(s, p)
    st.last = s.time
    local most = p.max_notional / s.spot
    return math.min(math.max(-s.delta, -most), most)
  end,
}
