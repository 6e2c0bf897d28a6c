-- Blanks that are skipped are work: tonumber with a base over a long text, again and again.
local blanks = (" "):rep(65536)
return rehedge.policy {
  api = 1, name = "number-blank", version = "1.0.0",
  trigger = function()
    for _ = 1, 200 do tonumber(blanks, 10) end
    return false
  end,
  scale = function() return 0 end,
}
