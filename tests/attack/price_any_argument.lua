-- Whatever the arguments: a number, nil with a word, or an error that says where.
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f)
    local r = rehedge.rng(3)
    local words = { "bsm", "inverse", "black76", "baw", "american", "call", "put", "", "S", true,
                    {}, rehedge, rehedge.price, function() end, 0, 1, -1, 100, 0.25, 1e-300, 1e300,
                    5e-324, math.huge, -math.huge, 0 / 0, math.tointeger(1), 1 << 62 }
    local calls = { rehedge.price, rehedge.greeks, rehedge.implied_vol }
    local function any() return words[1 + math.floor(r:uniform() * #words)] end
    local function number() return words[15 + math.floor(r:uniform() * 8)] end
    for i = 1, 250 do
      local wild = i % 4 == 0
      local a = { wild and any() or words[1 + i % 4], wild and any() or "call" }
      for at = 3, 9 do a[at] = wild and any() or number() end
      if not wild then a[9] = nil end
      local ok, first, second = pcall(calls[1 + i % 3], table.unpack(a, 1, 9))
      if ok then
        local kind = type(first)
        if kind ~= "number" and kind ~= "table" and type(second) ~= "string" then return false end
      elseif type(first) ~= "string" or not first:find("rehedge.", 1, true) then
        return false
      end
    end
    return true
  end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
