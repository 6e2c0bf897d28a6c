#!/usr/bin/env python3
"""Policies that are refused at load or killed on the way. Status 4, one line that says where and
why; a killed policy leaves a whole run directory whose identities hold and a journal that names the
kill; an innocent policy beside it is untouched."""
import math
import shutil
import unittest

from harness import SANITIZED, START_MS, Case, main, scenario

SHELL = """return rehedge.policy {{
  api = {api}, name = "test", version = "1.0.0", license = "MIT", about = "A test.",
  params = {{ n = {{ default = 100, min = 1, about = "when" }} }},
  {fields}
}}
"""
GOOD = """trigger = function(s, p) return true, 0, 0 end,
  scale = function(s, p, f, lo, hi) return -s.delta end,"""


def policy(fields=GOOD, before="", api=1):
    return before + SHELL.format(fields=fields, api=api)


def scaled(body, before=""):
    return policy("trigger = function(s, p) return true, 0, 0 end,\n  scale = function(s, p, f, lo,"
                  f" hi)\n{body}\n  end,", before)


class BadPolicy(Case):
    def run_policy(self, text, *options):
        self.write("p.lua", text)
        path = self.write("scenario.json", scenario())
        return ["run", path, "--quiet", "--policy", self.path("p.lua"), *options]

    def test_timers_that_never_rest(self):
        """A chain of shortest timers, alone or with work, dies early and always at one place."""
        for name, body in (("bare", ""), ("work", "local n = 0 for i = 1, 50000 do n = n + i end")):
            for where in ("wake = { every = \"1h\" }, trigger = function(s) %s s:wake_in(\"1ms\") "
                          "return false end,",
                          "trigger = function(s) s:wake_in(\"1ms\") return false end, "
                          "on_timer = function(s) %s s:wake_in(\"1ms\") end,"):
                text = policy(where % body + " scale = function() return 0 end,")
                result = self.rehedge(*self.run_policy(text, "--json"))
                self.assertEqual(result.status, 4, result)
                self.assertRegex(result.err, "instruction limit: woken [0-9]+ times by timers")
                summary = result.json()
                self.assertFalse([note for note in summary["notes"] if "reproducible" in note])
                again = self.rehedge(*self.run_policy(text, "--json")).json()
                self.assertEqual(again["digest"], summary["digest"], name)
        rests = policy("wake = { every = \"50ms\" }, trigger = function(s) return false end,"
                       "scale = function() return 0 end,")
        self.good(*self.run_policy(rests))

    def refused_at_load(self, text, *words):
        line = self.refused(4, ["p.lua", *words], *self.run_policy(text, "--out", self.path("out")))
        self.leftovers("p.lua", "scenario.json")
        return line

    def killed(self, text, *words):
        """Killed on the way: status 4, a message, and a whole run."""
        shutil.rmtree(self.path("out"), ignore_errors=True)
        result = self.rehedge(*self.run_policy(text, "--out", self.path("out"), "--json"))
        self.assertEqual(result.status, 4, result)
        for word in words:
            self.assertRegex(result.err, word, result)
        summary, journal = self.whole_run_folder(self.path("out"))
        self.assertEqual(result.json(), summary)
        text = str(journal)
        for word in words:
            self.assertRegex(text, word)
        total = math.fsum(summary["attribution"].values())
        self.close_to(total, summary["pnl"]["total"], 1e-9, "the attribution", 1e6)
        self.assertEqual(summary["events"], 210)
        return summary

    def test_the_good_one_is_good(self):
        self.good(*self.run_policy(policy()))

    def test_refused_at_load(self):
        self.refused_at_load("return rehedge.policy {\n  api = = 1\n}", "p.lua:2")
        self.refused_at_load("", "rehedge.policy|return")
        self.refused_at_load("return 5", "rehedge.policy|return")
        self.refused_at_load(policy(api=2), "api", "2", "1")
        self.refused_at_load(policy("trigger = 5, scale = 6,"), "trigger", "function")
        self.refused_at_load(policy("triger = function() end,"), "triger", "trigger")
        self.refused_at_load(policy(before="while true do end\n"), "instruction|limit")
        self.refused_at_load(policy(before="local t = {}\nfor i = 1, 1e9 do t[i] = {} end\n"),
                             "memory|instruction")
        self.refused_at_load(policy(before="error('no')\n"), "p.lua:1", "no")
        self.refused_at_load(policy(before="local x = nobody\n"), "nobody")
        self.refused_at_load(policy(before="os.exit(0)\n"), "os")
        self.refused_at_load(policy(before="local x = 2 ^ 0.5\n"), "\\^")
        self.refused_at_load("\x1bLua\x54\0", "precompiled")
        self.refused_at_load("x = " + "(" * 100_000, "nest|deep|level|limit")
        self.refused(3, ["p.lua", "300003 bytes"], *self.run_policy("-- " + "x" * 300_000))
        self.refused_at_load(policy(GOOD + 'wake = { evry = "1m" },'), "evry", "every")
        self.refused_at_load(policy(GOOD + 'features = { v = { "realised" } },'), "realised")

    def test_unknown_and_wrong_params(self):
        arguments = self.run_policy(policy())
        self.refused(3, ["nn", "n"], *arguments, "--set", "policy.nn=1")
        self.refused(3, ["params/n", "found 0", "at least 1"], *arguments, "--set", "policy.n=0")
        self.refused(3, ["n", "wide", "number"], *arguments, "--set", "policy.n=wide")

    def test_killed_on_the_way(self):
        self.killed(scaled("while true do end"), "instruction")
        self.killed(scaled("while true do pcall(function() while true do end end) end"),
                    "instruction")
        self.killed(scaled("local t = {}\nwhile true do t[#t + 1] = {} end"), "instruction|memory")
        self.killed(scaled("local x = 'x'\nwhile true do x = x .. x end"),
                    "string|memory|bytes|instruction")
        self.killed(scaled("return s.nobody"), "nobody")
        self.killed(scaled("return nil + 1"), "p.lua:6")
        self.killed(scaled("error({})"), "error")

    def test_late_runtime_error(self):
        text = scaled("n = n + 1\nif n > p.n then error('late trouble') end\nreturn -s.delta",
                      before="local n = 0\n")
        summary = self.killed(text, "late trouble", "p.lua:")
        self.assertGreaterEqual(summary["hedging"]["fills"], 20)

    @unittest.skipIf(SANITIZED, "a million Lua calls under the sanitizers take a minute")
    def test_runtime_error_at_event_one_million(self):
        self.write("p.lua", policy(
            "trigger = function(s, p)\n    n = n + 1\n    if n == 1000000 then n = nil + n end"
            "\n    return false\n  end,\n  scale = function(s) return 0 end,", "local n = 0\n"))
        data = scenario(
            feeds=[{"instrument": "BTC-SPOT", "synth": {"model": "gbm", "spot": 45000,
                                                        "vol": 0.6, "interval": "1s"}}],
            clock={"from": "2025-01-06T00:00:00Z", "to": "2025-01-18T00:00:00Z", "end": "settle",
                   "ledger": "1h"},
            portfolio__0__expiry="2025-01-17T08:00:00Z",
            portfolio__1__expiry="2025-01-17T08:00:00Z", policy={"script": "./p.lua"})
        result = self.rehedge("run", self.write("scenario.json", data), "--quiet", "--json",
                              "--out", self.path("out"))
        self.assertEqual(result.status, 4, result)
        self.assertIn("p.lua:7", result.err)
        summary, journal = self.whole_run_folder(self.path("out"))
        self.assertGreater(summary["events"], 1_000_000)
        kill, = [row for row in journal if "p.lua:7" in row["text"]]
        self.assertEqual((kill["time_ns"] - START_MS * 10**6) // 10**9, 999_999)

    def test_malformed_orders(self):
        for value, word in (("0 / 0", "nan|finite|number"), ("1 / 0", "inf|finite|number"),
                            ("'5'", "string|number"), ("{ qty = 'x' }", "qty"),
                            ("{ qty = 1, venue = 'nowhere' }", "venue|nowhere"),
                            ("{ qty = 1, instrument = 'nowhere' }", "instrument|nowhere"),
                            ("{ qty = 1, slices = 1e9 }", "slices"),
                            ("{ qty = 1, kind = 'limit' }", "limit"),
                            ("{ qtty = 1 }", "qtty|qty"), ("true", "boolean|number")):
            with self.subTest(value=value):
                summary = self.killed(scaled("return " + value), f"(?i){word}")
                self.assertEqual(summary["hedging"]["fills"], 0)

    def test_too_many_orders(self):
        body = "local t = {}\nfor i = 1, 40 do t[i] = { qty = 0.001 } end\nreturn t"
        self.killed(scaled(body), "(?i)orders")

    def test_on_failure(self):
        self.write("p.lua", scaled("n = n + 1\nif n > 5 then error('x') end\nreturn -s.delta",
                                   before="local n = 0\n"))
        fills = {}
        for word in ("hold", "flatten", "interval"):
            data = scenario(policy={"script": "./p.lua", "on_failure": word})
            path = self.write("scenario.json", data)
            result = self.rehedge("run", path, "--quiet", "--json")
            self.assertEqual(result.status, 4, result)
            fills[word] = result.json()["hedging"]["fills"]
        self.assertEqual(fills["flatten"], fills["hold"] + 1)
        self.assertGreater(fills["interval"], fills["hold"])

    def test_a_swap_that_a_limit_of_this_machine_refused_is_said(self):
        """Memory, while loading or in migrate: another machine might have taken the new policy.
        The count of instructions is the same everywhere."""
        grow = "local t = {} for i = 1, 1e7 do t[i] = { i } end\n"
        state = "local st = rehedge.state { n = 1 }\n"
        self.write("old.lua", policy(before=state))
        spin = "while true do end\n"
        for text, said in ((policy(before=grow), True),
                           (policy(GOOD + f"migrate = function() {grow} end,", state), True),
                           (policy(before=spin), False),
                           (policy(GOOD + f"migrate = function() {spin} end,", state), False)):
            self.write("p.lua", text)
            result = self.rehedge("run", self.write("scenario.json", scenario()), "--quiet",
                                  "--json", "--policy", self.path("old.lua"), "--swap",
                                  "30m=" + self.path("p.lua"))
            self.assertEqual(result.status, 4, result)
            self.assertIs(result.json()["swaps"][0]["accepted"], False)
            notes = " ".join(result.json()["notes"])
            self.assertEqual("may not be reproducible" in notes, said, (text, notes))

    def test_an_innocent_policy_is_untouched(self):
        path = self.write("scenario.json", scenario())
        alone = self.good("compare", path, "delta_band:band=0.25", "--quiet", "--json").json()
        self.write("p.lua", scaled("while true do end"))
        result = self.rehedge("compare", path, self.path("p.lua"), "delta_band:band=0.25",
                              "--quiet", "--json")
        self.assertEqual(result.status, 4, result)
        self.assertEqual(result.json()["runs"][1]["digest"], alone["runs"][0]["digest"])


if __name__ == "__main__":
    main()
