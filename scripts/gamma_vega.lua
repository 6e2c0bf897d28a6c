-- Hedge what a perpetual cannot: when net gamma or net vega leaves its band, trade a named option
-- back to the edge; then, and whenever delta leaves its own band, trade delta by the default route.
-- One option cannot bring both greeks home: the one that is further out, by its band, decides.

-- Contracts of the option that bring a greek from `net` to the nearest edge of its band.
local function contracts(net, per_unit, band)
  if band == 0 or per_unit == 0 then return 0 end
  return rehedge.to_edge(net, -band, band) / per_unit
end

-- By how many half widths a greek is away from zero; 0 where it has no band.
local function out(net, band)
  return band > 0 and math.abs(net) / band or 0
end

local function whole_lots(qty, lot)
  if lot == 0 then return qty end
  local lots = math.floor(math.abs(qty) / lot + 0.5)
  return qty < 0 and -lots * lot or lots * lot
end

local function option_order(s, p)
  if p.option == "" then error("name the option to hedge with: the param `option`") end
  local option = s:instrument(p.option)
  if option.mid == 0 or option.expiry_in * 1e9 <= p.stop then return 0, 0 end
  local gamma, vega = s.gamma, s.vega
  local qty = out(gamma, p.gamma_band) >= out(vega, p.vega_band)
    and contracts(gamma, option.gamma, p.gamma_band)
    or contracts(vega, option.vega, p.vega_band)
  local held = option.position + option.pending
  qty = math.max(-p.most - held, math.min(p.most - held, qty))
  qty = whole_lots(qty, option.lot)
  return qty, qty * option.delta
end

return rehedge.policy {
  api = 1, name = "gamma-vega", version = "1.0.0", license = "MIT",
  about = "Bring gamma or vega back with an option, then delta with the default route.",

  params = {
    option = { default = "", instrument = true, about = "the option to hedge with" },
    gamma_band = { default = 0, min = 0, unit = "asset per 1.00 of price",
                   about = "half width for net gamma; 0: gamma is left alone" },
    vega_band = { default = 0, min = 0, unit = "numeraire per 1.00 of vol",
                  about = "half width for net vega; 0: vega is left alone" },
    band = { default = 0.1, min = 0, unit = "asset", about = "half width for net delta" },
    every = { default = "1m", min = "1s", about = "how often gamma and vega are looked at" },
    most = { default = 100, min = 0, unit = "contracts", about = "largest position in the option" },
    stop = { default = "1h", about = "the option is left alone in the last of its life" },
  },

  wake = { delta_beyond = "band", every = "every" },

  trigger = function(s, p)
    return math.abs(s.delta) > p.band or out(s.gamma, p.gamma_band) > 1
      or out(s.vega, p.vega_band) > 1
  end,

  scale = function(s, p)
    local qty, delta = option_order(s, p)
    delta = s.delta + delta
    return {
      { instrument = p.option, qty = qty },
      { qty = math.abs(delta) > p.band and rehedge.to_centre(delta, 0, 0) or 0 },
    }
  end,
}
