-- Hedge on the clock: every `every`, trade net delta to `to`, whatever happened in between.
-- The baseline of every study. For a constant gamma its hedging error grows with sqrt(every) and
-- its cost falls with 1 / sqrt(every) (Toft 1996; Derman & Kamal 1999).

return rehedge.policy {
  api = 1, name = "interval", version = "1.0.0", license = "MIT",
  about = "Trade delta to a target at fixed times.",

  params = {
    every = { default = "1h", min = "1ms", about = "time between trades" },
    to    = { default = 0, unit = "asset", about = "net delta to trade to" },
  },

  -- The core watches the clock. The first wake is the start of the run.
  wake = { every = "every" },

  -- Being woken is the reason to trade: a band of no width around the target.
  trigger = function(s, p)
    return true, p.to, p.to
  end,

  scale = function(s, p)
    return p.to - s.delta
  end,
}
