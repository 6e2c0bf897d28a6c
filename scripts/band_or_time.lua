-- Hedge when the book has drifted too far, and at least every so often: the rule that many desks
-- and vaults run. Either reason trades all the way to zero, so the two never fight each other.

return rehedge.policy {
  api = 1, name = "band-or-time", version = "1.0.0", license = "MIT",
  about = "Trade delta to zero when it leaves the band, and at fixed times.",

  params = {
    band  = { default = 0.1, min = 0, unit = "asset", about = "half width of the band" },
    every = { default = "4h", min = "1ms", about = "longest time without a trade to zero" },
  },

  -- Conditions are OR-ed: a breach wakes the policy, and so does the clock.
  wake = { delta_beyond = "band", every = "every" },

  -- Both are reasons to trade, so there is nothing left to ask.
  trigger = function(s, p)
    return true, -p.band, p.band
  end,

  scale = function(s, p, f, lo, hi)
    return rehedge.to_centre(s.delta, lo, hi)
  end,
}
