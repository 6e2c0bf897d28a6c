#!/usr/bin/env python3
"""The authoring kit as a person meets it: new, check, test, api. A new policy is one that checks,
passes its tests and runs; wrong names are found; tests fail with file, line and source; and no
file, however hostile, hangs, crashes or floods any of them."""
import os
import re

from harness import ROOT, SHIPPED, Case, main, scenario

HEAD = 'return rehedge.policy { api = 1, name = "p", version = "1", params = { band = 0.1 },\n'
POLICY = HEAD + """  wake = { delta_beyond = "band", every = "1h" },
  trigger = function(s, p) return true, -p.band, p.band end,
  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end }
"""


class New(Case):
    def test_what_it_writes_checks_passes_and_runs(self):
        said = self.good("new", "my_policy")
        self.assertIn("rehedge test my_policy", said.out)
        self.assertEqual(sorted(os.listdir(self.path("my_policy"))),
                         ["README.md", "policy.lua", "policy_test.lua"])
        self.assertIn("my_policy 0.1.0", self.good("check", "my_policy/policy.lua").out)
        self.assertIn("4 passed, 0 failed", self.good("test", "my_policy").out)
        self.good("test", "my_policy/policy.lua")
        summary = self.run_json(scenario(), "--policy", "my_policy/policy.lua")
        self.assertEqual(summary["policy"]["name"], "my_policy")

    def test_from_every_shipped_policy(self):
        for name in SHIPPED:
            self.good("new", "x-" + name, "--from", name)
            declared = self.good("check", f"x-{name}/policy.lua", "--json").json()
            self.assertEqual((declared["name"], declared["version"]), ("x-" + name, "0.1.0"))
            self.assertIn(", 0 failed", self.good("test", "x-" + name).out)
            with open(self.path(f"x-{name}/README.md"), encoding="utf-8") as file:
                self.assertIn(f"`{name}`", file.read())

    def test_a_copy_decides_as_the_original(self):
        self.good("new", "twin", "--from", "delta_band")
        twin = self.run_json(scenario(), "--policy", "twin/policy.lua", "--set", "policy.band=0.3")
        original = self.run_json(scenario(), "--set", "policy.band=0.3")
        self.assertEqual(twin["digest"], self.run_json(
            scenario(), "--policy", "delta_band", "--set", "policy.band=0.3")["digest"])
        self.assertEqual(twin["pnl"], original["pnl"])

    def test_nothing_is_overwritten(self):
        self.write("taken/mine.txt", "mine")
        self.write("file", "mine")
        for name in ["taken", "file"]:
            self.refused(3, [name], "new", name)
        self.assertEqual(os.listdir(self.path("taken")), ["mine.txt"])
        self.leftovers("taken", "file")

    def test_names_are_checked(self):
        for name in ["", "Big", "a b", "../", "a/..", ".", "x" * 41, "1st", "a.lua", "-", "é",
                     "a\x1b[2J", "a\nb"]:
            result = self.rehedge("new", name)
            self.assertIn(result.status, [2, 3], result)
            self.assertNotIn("\x1b", result.err)
        self.refused(3, ["delta_band"], "new", "x", "--from", "delta_bnad")
        self.refused(2, ["name"], "new")
        self.leftovers()

    def test_in_another_folder(self):
        self.good("new", "deep/er/mine")
        with open(self.path("deep/er/mine/policy.lua"), encoding="utf-8") as file:
            self.assertIn('name = "mine"', file.read())


class Check(Case):
    def found(self, body, *words):
        path = self.write("p.lua", body)
        result = self.rehedge("check", path)
        self.assertEqual(result.status, 4, result)
        self.assertEqual(result.out, "")
        for word in words:
            self.assertIn(word, result.err)
        return result

    def test_wrong_names_in_branches_never_run(self):
        self.found(HEAD + "  trigger = function(s, p)\n    if s.delta > 1e9 then\n"
                   "      return dleta > p.bnad or s.spto > 1\n    end\n  end }",
                   "p.lua:4: undefined global 'dleta'", "p.lua:4: undeclared param 'bnad'; did you "
                   "mean 'band'?", "p.lua:4: the view has no field 'spto'; did you mean 'spot'?")

    def test_a_note_is_not_a_fault(self):
        path = self.write("p.lua", "count = 0\n" + POLICY)
        result = self.good("check", path)
        self.assertIn("p.lua:1: note: 'count' is a global", result.err)

    def test_errors_show_the_line_and_who_called(self):
        result = self.found("local function inner(a)\n  return a.b.c\nend\n"
                            "local function outer() return (inner({})) end\nlocal x = outer()\n",
                            "p.lua:2: attempt to index a nil value (field 'b') "
                            "(called from p.lua:4 in outer, p.lua:5)", "\n    | return a.b.c\n")
        self.assertEqual(len(result.err.splitlines()), 2)
        self.found("local x = 1\nlocal y = = 2\n", "p.lua:2:", "    | local y = = 2")
        self.found("local x = nil + 1 -- \x1b[2J\x07", "    | local x = nil + 1 -- \\x1B[2J\\x07")
        self.found("local x = nil + 1 -- " + "y" * 5000, "    | local x = nil + 1 -- yyy")

    def test_it_says_what_the_policy_is(self):
        path = self.write("p.lua", """return rehedge.policy { api = 1, name = "p", version = "1",
  scope = "portfolio", series = { "width", "level" },
  params = { band = { default = 0.1, min = 0, unit = "asset", about = "half width" } },
  features = { rv = { "realized_vol", window = "1h" } },
  wake = { delta_beyond = "band", every = "1h", on = { "fill" } },
  on_fill = function() end, on_timer = function() end,
  trigger = function() return false end, scale = function() return 0 end }
""")
        said = self.good("check", path).out
        for words in ("scope \"portfolio\"", "hears of\n  on_fill on_timer\n",
                      "records\n  width level\n",
                      "band           0.1 asset, at least 0: half width",
                      "rv             realized_vol window 1h", "every 1h", "on fill",
                      "net delta beyond 0.1", "200000 instructions a call"):
            self.assertIn(words, said)
        declared = self.good("check", path, "--json").json()
        self.assertEqual(declared["scope"], "portfolio")
        self.assertEqual(declared["callbacks"], ["on_fill", "on_timer"])
        self.assertEqual(declared["series"], ["width", "level"])
        self.assertEqual(declared["limits"]["call_instructions"], 200000)

    def test_json(self):
        path = self.write("p.lua", POLICY)
        declared = self.good("check", path, "--json").json()
        self.assertTrue(declared["ok"])
        self.assertEqual(declared["wake"]["every"], "1h")
        self.assertLess(declared["load_instructions"], 2000)
        path = self.write("p.lua", POLICY + "\nlocal x = nobody")
        result = self.rehedge("check", path, "--json")
        self.assertEqual(result.status, 4)
        self.assertFalse(result.json()["ok"])
        path = self.write("p.lua", HEAD + "trigger = function() return nobody end }")
        result = self.rehedge("check", path, "--json")
        found = [(finding["line"], finding["kind"]) for finding in result.json()["findings"]]
        self.assertEqual(found, [(2, "error")])

    def test_modules_of_a_bundle(self):
        self.write("b/policy.lua", 'local m = require "inner.m"\n' + HEAD +
                   "  trigger = function(s, p) return m.f(s.delta) end }")
        self.write("b/inner/m.lua", "return { f = function(x)\n  if x > 1e9 then return nobody end"
                   "\n  return x > 0\nend }")
        result = self.rehedge("check", "./b")
        self.assertEqual(result.status, 4, result)
        self.assertIn("inner/m.lua:2: undefined global 'nobody'", result.err)
        self.write("b/inner/m.lua", "local x = 1\nreturn x.y.z\n")
        result = self.rehedge("check", "./b")
        self.assertIn("inner/m.lua:2: attempt to index", result.err)
        self.assertIn("\n    | return x.y.z\n", result.err)
        self.write("b/inner/m.lua", "return { f = function() error('no', 1) end }\n")
        self.write("b/tests/t_test.lua", 'it("t", function() market{}:wake(policy{}) end)')
        result = self.rehedge("test", "./b")
        self.assertEqual(result.status, 1, result)
        self.assertIn("inner/m.lua:1: no\n       | return { f", result.out)

    def test_shipped_policies_are_clean(self):
        for name in SHIPPED:
            self.assertEqual(self.good("check", name).err, "")

    def test_hostile_files(self):
        os.symlink("/dev/zero", self.path("zero.lua"))
        os.symlink("nowhere", self.path("broken.lua"))
        os.symlink("loop.lua", self.path("loop.lua"))
        os.mkdir(self.path("folder.lua"))
        os.mkfifo(self.path("fifo.lua"))
        with open(self.path("huge.lua"), "wb") as file:
            file.truncate(10**9)
        for name in ["zero", "broken", "loop", "folder", "fifo", "huge", "absent"]:
            self.refused(3, [name + ".lua"], "check", self.path(name + ".lua"))
            self.refused(3, [name], "test", self.path(name + ".lua"))
        deep = self.write("deep.lua", "x = " + "(" * 99999)
        self.refused(4, ["nest|limit|tokens"], "check", deep)
        self.refused(4, ["unfinished"], "check", self.write("cut.lua", POLICY[:150] + '"'))


class Test(Case):
    def written(self, body, policy=POLICY):
        self.write("p.lua", policy)
        return self.write("p_test.lua", body)

    def failing(self, body, *words, policy=POLICY):
        result = self.rehedge("test", self.written(body, policy))
        self.assertEqual(result.status, 1, result)
        for word in words:
            self.assertIn(word, result.out)
        self.assertNotRegex(result.out, r"[\x00-\x09\x0b-\x1f\x7f]")
        return result

    def one(self, body, *words):
        return self.failing(f'it("t", function()\n{body}\nend)', *words)

    def passing(self, body, count=1, policy=POLICY):
        result = self.good("test", self.written(body, policy))
        self.assertIn(f"{count} passed, 0 failed", result.out)
        return result

    def test_the_shipped_tests_pass(self):
        result = self.good("test", os.path.join(ROOT, "scripts"))
        self.assertIn(", 0 failed", result.out)
        self.assertGreaterEqual(result.out.count("  ok   "), 14)

    def test_the_example_of_the_documents_passes(self):
        with open(os.path.join(ROOT, "docs/policy.md"), encoding="utf-8") as file:
            blocks = re.findall(r"```lua\n(.*?)```", file.read(), re.S)
        tests = next(block for block in blocks if "describe(" in block)
        self.passing(tests, 2, policy=blocks[0])

    def test_failures_say_where_what_and_why(self):
        self.one("equal(1, 2)", "FAIL t", "p_test.lua:2: equal: found 1, expected 2",
                 "| equal(1, 2)", "0 passed, 1 failed")
        self.one("near(1.5, 1.25, 0.1)", "near: found 1.5, expected 1.25 within 0.1")
        self.one("near(0/0, 0)", "near: found nan, expected 0")
        self.one("near('1', 1)", 'near: found "1", expected 1')
        self.one("equal({ 1, { a = 2 } }, { 1, { a = 3 } })", '[2]["a"]: found 2, expected 3')
        self.one("equal({ 1, 2 }, { 1 })", "[2]: found 2, expected nil")
        self.one("equal(1, 2, 'the band')", "equal: the band: found 1")
        self.one("fails(function() end)", "fails: no error was raised")
        self.one("fails(function() error('x') end, 'yy')", 'expected "yy" in it')
        self.one("local function deep() error('no') end deep()", "p_test.lua:2: no",
                 "called from p_test.lua:2")
        self.one("undefined_thing()", "undefined global 'undefined_thing'")
        self.one("policy { bnad = 1 }", "did you mean")
        self.one("market { spto = 1 }", "did you mean 'spot'")

    def test_policy_errors_name_the_policy(self):
        self.failing('it("t", function() market{}:wake(policy{}) end)', "p.lua:3: attempt to",
                     policy=HEAD + "  trigger = function(s)\n    return s.delta.x end }")

    def test_tests_do_not_see_each_other(self):
        self.passing("n = 0\ndescribe('d', function()\n  for i = 1, 3 do\n"
                     "    it('t' .. i, function() n = n + 1 equal(n, 1) end)\n  end\nend)", 3)

    def test_before_each_and_groups(self):
        result = self.passing("""
            local log = {}
            before_each(function() log[#log + 1] = "out" end)
            describe("a", function()
              before_each(function() log[#log + 1] = "in" end)
              it("b", function() equal(log, { "out", "in" }) end)
            end)
            it("c", function() equal(log, { "out" }) end)""", 2)
        self.assertIn("ok   a: b", result.out)

    def test_the_market(self):
        self.passing("""it("t", function()
            local p = policy { band = 0.5 }
            local m = market { spot = 200, delta = 2, gamma = 0.1, cost_bps = 10 }
            equal(m:wakes(p), true)
            local orders, fired, lo, hi = m:wake(p)
            equal({ orders, fired, lo, hi }, { { { qty = -1.5 } }, true, -0.5, 0.5 })
            near(m:cost(-1.5), 0.3)
            m:fill(orders)
            near(m.delta, 0.5) near(m.position, -1.5) near(m.cash, 299.7)
            equal(m.since_hedge, 0.0)
            m:advance("90m")
            equal({ m.since_hedge, m.age }, { 5400.0, 5400.0 })
            equal(m:wakes(p), true)
            m:move(210)
            near(m.delta, 1.5) equal(m.age, 0.0)
            m:send(-1)
            near(m.delta, 0.5) near(m.pending, -1) near(m.delta_filled, 1.5)
            m:send { cancel = "all" }
            near(m.delta, 1.5) near(m.pending, 0)
            equal(math.type(p.gas), "integer")
          end)""")

    def test_everything_a_policy_does_can_be_tested_by_hand(self):
        """A portfolio policy with every callback, two assets, logs, a series, orders and timers."""
        self.write("p.lua", """
local st = rehedge.state { order = 0, fills = 0 }
return rehedge.policy {
  api = 1, name = "p", version = "1.0.0", scope = "portfolio", series = { "skew", "other" },
  trigger = function(s)
    rehedge.log("total " .. tostring(s:asset("BTC").delta + s:asset("ETH").delta))
    rehedge.record("skew", s:asset("ETH").delta - s:asset("BTC").delta)
    s:wake_in("5s")
    return s:asset("ETH").delta > 2
  end,
  scale = function(s)
    local live = s:orders()[1]
    if live and live.remaining > 3 then return { cancel = live.order } end
    if live then return { replace = live.order, qty = -1, kind = "limit", limit = s.spot } end
    local best
    for _, line in ipairs(s:route(-s:asset("ETH").delta)) do
      if line.venue == "B" then best = line end
    end
    return { { qty = best.qty, instrument = best.instrument, slices = 2, over = "1m" } }
  end,
  on_fill = function(s, p, fill) st.fills = st.fills + fill.qty st.order = fill.order end,
  on_reject = function(s, p, order) rehedge.log("no: " .. order.reason) end,
  on_expiry = function(s, p, option) rehedge.record("other", option.strike) end,
  on_timer = function(s) rehedge.log("at " .. tostring(s.time)) end,
}
""")
        self.write("p_test.lua", """
local p, m
before_each(function()
  p = policy({}, {
    hedges = { "ETH-A", "ETH-B" }, venues = { "A", "B" }, assets = { "BTC", "ETH" } })
  m = market { time = 0, spot = 50, delta = 1, assets = { ETH = { delta = 4, spot = 7 } } }
end)
it("sees two assets, and says so", function()
  local orders, fired = m:wake(p)
  equal(fired, true)
  equal(orders, { { qty = -4, instrument = "ETH-B", slices = 2, over = 60000000000 } })
  equal(p:logged(), { "total 5.0" })
  equal(p:recorded("skew"), 3)
  equal(p:recorded("other"), nil)
  fails(function() p:recorded("skwe") end, "did you mean 'skew'")
  m:set { assets = { ETH = { delta = 0 }, BTC = { delta = 2 } } }
  equal(select(2, m:wake(p)), false)
  equal(p:recorded("skew"), -2)
  equal(#p:logged(), 2)
  fails(function() m:set { assets = { ETH = { delat = 1 } } } end, "did you mean 'delta'")
  fails(function() m:set { assets = { 1 } } end, "names")
  fails(function() m:set { assets = { ETH = 1 } } end, "expected")
end)
it("cancels and replaces", function()
  m:send(-4)
  equal(m.pending, -4)
  m:set { assets = { ETH = { delta = 4 } } }
  local orders = m:wake(p)
  equal(orders, { { replace = 1, qty = -1, kind = "limit", limit = 50 } })
  m:send(orders)
  equal(m.pending, -1)
  m:send(orders)
  equal(m.pending, -1)
  m:send { cancel = "all" }
  equal(m.pending, 0)
  m:send(5)
  equal(m:wake(p), { { qty = 0, cancel = 1 } })
end)
it("is told what happened", function()
  m:tell(p, "fill", { qty = 2, order = 7, instrument = "ETH-A", price = 50 })
  equal(p:state(), { order = 7, fills = 2 })
  m:tell(p, "reject", { qty = 2, order = 8, reason = "max_order_qty" })
  m:tell(p, "expiry", { name = "X", kind = "put", strike = 45, qty = -1, paid = 2 })
  equal(p:recorded("other"), 45)
  m:wake(p)
  equal(m.wake_in, 5000000000)
  m:advance("6s")
  m:tell(p, "timer")
  equal(p:logged(), { "no: max_order_qty", "total 5.0", "at 6000000000" })
  equal(policy():logged(), {})
end)
""")
        self.assertIn("3 passed, 0 failed", self.good("test", self.path("p.lua")).out)

    def test_orders_routes_and_assets_of_the_market(self):
        self.passing("""it("t", function()
            local p = policy({}, { hedges = { "A", "B" }, venues = { "x", "y" },
                                   assets = { "BTC", "ETH" } })
            local m = market { spot = 200, delta = 2, cost_bps = 10 }
            equal(m:wake(p), { { qty = -2, instrument = "B" } })
            m:send(m:wake(p))
            near(m.delta, 0) near(m.pending, -2)
            equal(m:wake(p), { { qty = -1, replace = 1 } })
            m:send(m:wake(p))
            near(m.delta, 1) near(m.pending, -1)
            m:fill { cancel = 1 }
            near(m.delta, 2) near(m.pending, 0)
            fails(function() policy({}, { hedges = { "A", "B" }, venues = { "x" } }) end,
                  "one for each of the 2 hedges")
            local other = policy({}, { hedges = { "A", "B" }, venues = { "x", "y" } })
            fails(function() m:wake(other) end, "there is no asset 'ETH'")
          end)""", policy=HEAD + """
  scale = function(s)
    local route = s:route(-4)
    assert(#route == 2 and route[2].instrument == "B" and route[2].venue == "y")
    assert(math.abs(route[2].price - 199.8) < 1e-9 and math.abs(route[2].cost - 0.8) < 1e-9)
    local live = s:orders()
    if live[1] then
      assert(#live == 1 and live[1].instrument == "A" and live[1].remaining == s.pending)
      return { qty = -1, replace = live[1].order }
    end
    return { qty = -s:asset("ETH").delta, venue = "y" }
  end }""")

    def test_state_and_migrate(self):
        self.passing("""it("t", function()
            local old = policy {}
            for i = 1, 3 do market{}:wake(old) end
            equal(old:state(), { n = 3 })
            local new = policy {}
            new:take(old)
            equal(new:state(), { n = 103 })
            new:take({ n = 7 }, "other", "0.1")
            equal(new:state(), { n = 107 })
            fails(function() new:take({ n = function() end }) end, "cannot be saved")
            fails(function() new:take({ n = "x" }) end, "arithmetic")
          end)""", policy="local st = rehedge.state { n = 0 }\n" + HEAD +
                     "  trigger = function(s) st.n = st.n + 1 return false end,\n"
                     "  migrate = function(old) old.n = old.n + 100 return old end }")

    def test_callbacks(self):
        self.passing("""it("t", function()
            local p, m = policy {}, market { spot = 7 }
            m:tell(p, "fill", { qty = 2, price = 5, instrument = "X", order = 9 })
            equal(p:state(), { order = 9, sum = 17.0, name = "X" })
            fails(function() m:tell(p, "timer") end, "no on_timer")
            fails(function() m:tell(p, "filled") end, "expected")
          end)""", policy='local st = rehedge.state { sum = 0, order = 0, name = "" }\n' + HEAD +
                     "  scale = function() return 0 end,\n  on_fill = function(s, p, fill)\n"
                     "    st.sum = fill.qty * fill.price + s.spot\n"
                     "    st.order = fill.order st.name = fill.instrument\n  end }")

    def test_json(self):
        result = self.rehedge("test", "--json", self.written(
            'it("good", function() end)\nit("bad", function() equal(1, 2) end)'))
        self.assertEqual(result.status, 1)
        said = result.json()
        self.assertEqual((said["passed"], said["failed"]), (1, 1))
        self.assertEqual([t["name"] for t in said["files"][0]["tests"]], ["good", "bad"])
        self.assertIn("p_test.lua:2", said["files"][0]["tests"][1]["message"])

    def test_what_there_is_not(self):
        self.write("p.lua", POLICY)
        self.refused(3, ["no tests", "p_test.lua"], "test", self.path("p.lua"))
        self.refused(3, ["no tests"], "test", self.folder)
        self.refused(3, ["absent"], "test", self.path("absent"))
        self.refused(2, ["file or folder"], "test")
        self.write("alone_test.lua", "")
        self.refused(3, ["alone.lua"], "test", self.path("alone_test.lua"))
        self.failing("-- nothing", "no tests: write it(")
        self.failing("it(", "(the file)", "p_test.lua:1")

    def test_the_sandbox_is_the_same(self):
        for word in ["os", "io", "load", "print", "coroutine", "debug"]:
            self.one(f"return {word}.x", f"'{word}' is not available")
        self.one("getmetatable(market{})", "'getmetatable' is not available")
        self.one("market{}.spot = 5", "m:set")
        self.one("market{}.set({}, { spot = 5 })", "a market, and a colon")
        self.one("policy{}.take(market{}, market{})", "expected a policy")
        self.one("it('x', function() end)", "only valid while the test file loads")

    def test_hostile_tests_end(self):
        self.one("while true do end", "instruction limit: a test takes more than 10000000")
        self.one("pcall(function() while true do end end) while true do end", "instruction limit")
        self.one("local t = {} while true do t[#t + 1] = {} end", "limit")
        self.one("error({})", "error object is a table value")
        self.one("error(nil)", "error object is a nil value")
        self.one("error(setmetatable({}, { __tostring = function() while true do end end }))",
                 "error object is a table value")
        self.one("error('\\27[2J\\7' .. ('x'):rep(60000))", "\\x1B[2J\\x07xxx")
        self.one("for i = 1, 100 do policy {} end", "at most 64 policies")
        self.one("local p, m = policy{}, market{} for i = 1, 1e9 do m:wake(p) end",
                 "instruction limit")
        self.failing("while true do end", "instruction limit")
        self.failing("describe(5, function() end)", "(the file)")
        self.failing("it({}, function() end)", "(the file)")
        self.failing("it('x', 5)", "(the file)")
        self.failing("for i = 1, 2000 do it('t' .. i, function() end) end", "more than 1000 tests")
        self.failing("local function d(n) describe('d', function() d(n + 1) end) end d(1)",
                     "nests more than 8 deep")
        self.failing("it('\\27[2J' .. ('x'):rep(60000), function() error('y') end)", "\\x1B[2Jxx")

    def test_after_a_killed_test_the_others_run(self):
        result = self.failing("it('a', function() while true do end end)\n"
                              "it('b', function() end)", "FAIL a", "ok   b", "1 passed, 1 failed")
        self.assertEqual(result.status, 1)

    def test_megabytes_of_output_are_cut(self):
        result = self.rehedge("test", self.written(
            "for i = 1, 1e5 do rehedge.log(('x'):rep(60000)) end\nit('a', function() end)"))
        self.assertLess(len(result.err) + len(result.out), 400_000)
        result = self.rehedge("test", self.written(
            "it('a', function() for i = 1, 1e4 do rehedge.log(('x'):rep(60000)) end end)"))
        self.assertLess(len(result.err) + len(result.out), 400_000)

    def test_a_hostile_policy_under_test(self):
        for body, word in [("trigger = function() while true do end end }", "instruction limit"),
                           ("scale = function() return 0/0 end }", "qty: found nan"),
                           ("trigger = function() local s = 'x' while true do s = s .. s end end }",
                            "string limit")]:
            self.failing('it("t", function() market{}:wake(policy{}) end)', word,
                         policy=HEAD + body)
        self.passing('it("t", function()\n  local p, m = policy {}, market {}\n'
                     '  fails(function() m:wake(p) end, "instruction limit")\n'
                     '  fails(function() m:wake(p) end, "killed before")\nend)',
                     policy=HEAD + "trigger = function() while true do end end }")

    def test_many_files_in_a_folder(self):
        for name in ["b", "a", "c"]:
            self.write(f"many/{name}.lua", POLICY)
            self.write(f"many/{name}_test.lua", f'it("{name}", function() end)')
        result = self.good("test", self.path("many"))
        self.assertEqual([line[7:] for line in result.out.splitlines() if "  ok " in line],
                         ["a", "b", "c"])
        self.write("bundle/policy.lua", POLICY)
        self.write("bundle/tests/edges_test.lua",
                   'it("e", function() equal(policy{}.name, "p") end)')
        self.assertIn("1 passed", self.good("test", self.path("bundle")).out)
        self.assertIn("1 passed", self.good("test", self.path("bundle/tests/edges_test.lua")).out)
        os.mkdir(self.path("many/d_test.lua"))
        self.refused_somewhere(self.path("many"), "d_test.lua")

    def refused_somewhere(self, folder, word):
        result = self.rehedge("test", folder)
        self.assertEqual(result.status, 3, result)
        self.assertIn(word, result.err)


class Processes(Case):
    def test_one_digest_whatever_the_addresses(self):
        path = self.write("p.lua", """local seen = {}
            local st = rehedge.state { n = 0 }
            """ + HEAD + """
            wake = { every = "1m" },
            trigger = function(s, p)
              for i = 1, 50 do seen["k" .. i * 7919 % 1000 + st.n] = s.spot * i end
              local words = {}
              for k, v in pairs(seen) do words[#words + 1] = tostring(v) .. k end
              table.sort(words)
              st.n = (st.n + #table.concat(words)) % 97
              seen = {}
              return true, -p.band, p.band + st.n / 1000
            end,
            scale = function(s, p, f, lo, hi) return rehedge.to_centre(s.delta, lo, hi) end }""")
        digests = {self.run_json(scenario(), "--policy", path)["digest"] for _ in range(20)}
        self.assertEqual(len(digests), 1)


class Api(Case):
    def test_it_prints_what_is_committed(self):
        for option, path in [("--markdown", "docs/lua-api.md"),
                             ("--definitions", "scripts/rehedge.d.lua")]:
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                self.assertEqual(self.good("api", option).out, file.read())
        self.refused(2, ["not both"], "api", "--markdown", "--definitions")


if __name__ == "__main__":
    main()
