-- Hedge at every step and record what gamma should have made of it: with P&L at expiry,
--   sum 0.5 e^{r(T-t)} Gamma S^2 (R^2 - sigma^2 dt),
-- Gamma of the book at the hedge vol sigma at the start of a step, R the return over it, t its end.
-- Carr, "FAQ's in Option Pricing Theory" (2002); Ahmad & Wilmott, Wilmott (Nov. 2005).

local YEAR = 365 * 86400
local st = rehedge.state { sum = 0, expiry = 0, time = 0, spot = 0, dollar_gamma = 0, vol = 0 }

return rehedge.policy {
  api = 1, name = "gamma-pnl", version = "1.0.0", license = "MIT",
  about = "Trade delta to zero at every step; record the P&L that gamma explains.",
  params = { rate = { default = 0, about = "of cash, continuous" } },
  series = { "gamma_pnl" },

  trigger = function(s, p)
    if st.spot == 0 then
      st.expiry = s.time + s.expiry_in * 1e9
    else
      local move, years = s.spot / st.spot - 1, (s.time - st.time) / 1e9 / YEAR
      local left = (st.expiry - s.time) / 1e9 / YEAR
      st.sum = st.sum + 0.5 * math.exp(p.rate * left) * st.dollar_gamma
                        * (move * move - st.vol * st.vol * years)
    end
    rehedge.record("gamma_pnl", st.sum)
    st.time, st.spot = s.time, s.spot
    st.dollar_gamma, st.vol = s.gamma * s.spot * s.spot, s.iv
    return true
  end,

  scale = function(s) return -s.delta end,
}
