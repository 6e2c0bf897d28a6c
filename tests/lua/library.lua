-- Small truths about the library of the strict profile: each one must hold.
local function check(holds)
  if holds ~= true then error("does not hold", 2) end
end

check(#'abc' == 3 and ('abc'):len() == 3 and ('aBc'):upper() == 'ABC' and ('ABC'):lower() == 'abc')
check(('hello'):sub(2, 3) == 'el' and ('hello'):sub(-3) == 'llo' and ('hello'):sub(9) == '')
check(('hello'):sub(0) == 'hello' and ('hello'):sub(-99, 2) == 'he' and ('x'):sub(2, 1) == '')
check(('abc'):byte() == 97 and select('#', ('abc'):byte(1, -1)) == 3 and string.char(97, 98) ==
  'ab')
check(('ab'):rep(3) == 'ababab' and ('a'):rep(3, '-') == 'a-a-a' and ('a'):rep(1, '-') == 'a')
check(select(2, ('hello'):find('ll')) == 4 and ('hello'):find('l', 4) == 4 and not ('x'):find('y'))
check(('a.b'):find('.', 1, true) == 2 and ('abc'):find('') == 1 and ('abc'):find('', 10) == nil)
check(string.format('%03d|%+.1f|%s|%5s|%-5s|%%|%x|%c', 7, 2.55, nil, 'ab', 'ab', 255, 65) ==
  '007|+2.5|nil|   ab|ab   |%|ff|A')
check(string.format('%.3s', 'abcdef') == 'abc' and string.format('%g', 1e20) == '1e+20')
check(string.format('%f', 0 / 0) == 'nan' and string.format('%5.1f', -math.huge) == ' -inf')
check(tonumber('10') == 10 and tonumber(' 0x10 ') == 16 and tonumber('1e1') == 10.0)
check(tonumber('z', 36) == 35 and tonumber('-ff', 16) == -255 and tonumber('8', 8) == nil)
check(tonumber('') == nil and tonumber('1x') == nil and tonumber({}) == nil and tonumber('nan')
  == nil)
check(select('#') == 0 and select(-1, 1, 2) == 2 and select(2, 'a', 'b', 'c') == 'b')
check(math.floor(-1.5) == -2 and math.type(math.floor(1.5)) == 'integer' and math.ceil(1.2) == 2)
check(math.max(1, 3.5, 2) == 3.5 and math.min(4, -1) == -1 and math.abs(-3) == 3)
check(math.fmod(-7, 3) == -1 and math.fmod(7, -3) == 1 and math.fmod(5.5, 2) == 1.5)
check(math.tointeger(3.0) == 3 and math.tointeger(3.5) == nil and math.tointeger('3') == nil)
check(math.type(1) == 'integer' and math.type(1.0) == 'float' and math.type('1') == nil)
check(math.log(8, 2) > 2.999999 and math.sqrt(16) == 4 and math.pi > 3.14 and math.huge > 1e308)
check(table.concat({ 1, 2, 'x' }, ',') == '1,2,x' and table.concat({}) == '')
check(table.concat({ 1, 2, 3 }, '-', 2, 3) == '2-3' and table.unpack({ 1, 2, 3 }, 2) == 2)
check((function() local t = { 1, 2 } table.insert(t, 1, 0) table.insert(t, 9) return
  table.concat(t) == '0129' and table.remove(t) == 9 and table.remove(t, 1) == 0 and #t == 2
  end)())
check((function() local t = { 3, 1, 2 } table.sort(t) table.sort(t, function(a, b) return a > b
  end) return table.concat(t) == '321' end)())
check(table.remove({}) == nil and #{ table.unpack({}) } == 0)
check((function() local n = 0 for i, v in ipairs({ 1, 2, nil, 4 }) do n = n + v end return n == 3
  end)())
check((function() local t = { a = 1, b = 2, c = 3 } local n = 0 for k in pairs(t) do t[k] = nil n
  = n + 1 end return n == 3 and pairs(t)() == nil end)())
check((function() local t = { a = 1, b = 2 } local s = '' for k in pairs(t) do s = s .. k t.b =
  nil end return s == 'a' end)())
check(pcall(error, 'x') == false and select(2, pcall(error, 'x', 0)) == 'x')
check(select('#', pcall(function() return 1, 2, 3 end)) == 4 and not pcall(nil))
check(rawequal({}, {}) == false and rawlen({ 1, 2 }) == 2 and rawlen('abc') == 3)
check(type(nil) == 'nil' and type(pairs) == 'function' and tostring(nil) == 'nil' and
  tostring(true) == 'true')
check((function() local V = {} V.__index = V V.__add = function(a, b) return setmetatable({ x =
  a.x + b.x }, V) end function V.new(x) return setmetatable({ x = x }, V) end function V:twice()
  return self + self end return V.new(4):twice().x == 8 end)())
check((function() local t = setmetatable({}, { __len = function() return 7 end, __call =
  function(_, x) return x * 2 end, __eq = function() return true end }) return #t == 7 and t(4)
  == 8 end)())
check(tostring(setmetatable({}, { __tostring = function() return 'me' end })) == 'me')
check(setmetatable(setmetatable({}, { __index = { x = 1 } }), nil).x == nil)
check(rehedge.to_edge(3, -1, 1) == -2 and rehedge.to_edge(-3, -1, 1) == 2 and
  rehedge.to_edge(0.5, -1, 1) == 0)
check(rehedge.to_centre(3, 0, 1) == -2.5 and rehedge.to_centre(0.5, 0, 1) == 0)
check('x' .. 1 == 'x1' and 7 // 2 == 3 and 7 % -3 == -2 and 1 << 4 == 16 and 2^2 == 4.0)
check((function() local u = rehedge.rng(9) for i = 1, 99 do local x = u:uniform() if not (x > 0
  and x < 1) then return false end end return true end)())

return rehedge.policy {
  api = 1, name = "library", version = "1.0.0",
  trigger = function() return true end,
}
