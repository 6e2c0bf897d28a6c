#!/usr/bin/env python3
"""What --trusted opens and what it says about it; and work that takes simulated time."""
import csv
import signal
import subprocess
import time

from harness import REHEDGE, Case, main, scenario

POLICY = """%s
return rehedge.policy {
  api = 1, name = "x", version = "1",
  wake = { delta_beyond = 0.25 },
  trigger = function(s, p) %s return math.abs(s.delta) > 0.25 end,
  scale = function(s) return -s.delta end,
}
"""
LONG = "for i = 1, 1000 do local x = i end"


class Trusted(Case):
    def test_patterns_and_coroutines(self):
        self.write("x.lua", POLICY % (
            'local word = ("band=0.25"):match("%a+")\nassert(word == "band")\n'
            'local next_one = coroutine.wrap(function()\n'
            'while true do coroutine.yield(1) end end)',
            "for i = 1, 300000 do local x = i end assert(next_one() == 1)"))
        path = self.write("s.json", scenario())
        run = ["run", path, "--quiet", "--policy", self.path("x.lua"), "--json"]
        result = self.rehedge(*run)
        self.assertEqual(result.status, 4, result)
        self.assertIn("string.match is not available", result.err)
        summary = self.good(*run, "--trusted", "--out", self.path("out")).json()
        self.assertIs(summary["trusted"], True)
        self.assertTrue(any("trusted" in note for note in summary["notes"]))
        _, journal = self.whole_run_folder(self.path("out"))
        self.assertEqual([line["kind"] for line in journal].count("trusted"), 1)
        table = self.good("compare", path, self.path("x.lua"), "delta_band:band=0.25,to=centre",
                          "--json", "--quiet", "--trusted").json()["runs"]
        self.assertEqual(table[0]["pnl"], table[1]["pnl"])

    def test_trust_changes_no_number(self):
        strict = self.run_json(scenario())
        trusted = self.run_json(scenario(), "--trusted")
        self.assertEqual(trusted["digest"], strict["digest"])
        self.assertNotIn("trusted", strict)

    def test_no_scenario_and_no_script_can_ask(self):
        path = self.write("s.json", scenario(policy={"script": "delta_band", "trusted": True}))
        self.refused(3, ["/policy", "trusted"], "run", path, "--quiet")
        path = self.write("s.json", dict(scenario(), trusted=True))
        self.refused(3, ["trusted"], "run", path, "--quiet")

    def test_an_interrupt_ends_an_endless_call(self):
        self.write("x.lua", POLICY % ("", "while true do end"))
        process = subprocess.Popen([REHEDGE, "run", self.write("s.json", scenario()), "--quiet",
                                    "--policy", self.path("x.lua"), "--trusted", "--out",
                                    self.path("out")], stderr=subprocess.PIPE,
                                   env=self.environment(), cwd=self.folder)
        try:
            time.sleep(3)
            self.assertIsNone(process.poll())
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
        self.assertRegex(err.decode(), r"x\.lua:5: interrupted: a call of a trusted script")
        self.assertGreater(process.returncode, 0)
        self.leftovers("s.json", "x.lua")

    def test_memory_is_limited_all_the_same(self):
        self.write("x.lua", POLICY % ("", "local t = {} while true do t[#t + 1] = { 1 } end"))
        result = self.rehedge("run", self.write("s.json", scenario()), "--quiet", "--policy",
                              self.path("x.lua"), "--trusted")
        self.assertEqual(result.status, 4, result)
        self.assertIn("memory limit", result.err)


class Compute(Case):
    def run_at(self, ns_per_gas, work=LONG, status=0, **changes):
        self.write("x.lua", POLICY % ("", work))
        policy = {"script": "x.lua", "compute_ns_per_gas": ns_per_gas}
        out = self.path(f"out{ns_per_gas}{len(work)}")
        result = self.rehedge("run", self.write("s.json", scenario(policy=policy, **changes)),
                              "--quiet", "--json", "--out", out)
        self.assertEqual(result.status, status, result)
        with open(out + "/fills.csv", encoding="utf-8", newline="") as file:
            return result.json(), [int(row["time_ns"]) for row in csv.DictReader(file)]

    def test_orders_leave_later_by_the_work_of_the_call(self):
        free, at_once = self.run_at(0)
        slow, later = self.run_at(1000)
        slower, much_later = self.run_at(2000)
        self.assertEqual(free["hedging"]["fills"], slow["hedging"]["fills"])
        self.assertNotEqual(free["digest"], slow["digest"])
        delays = {b - a for a, b in zip(at_once, later)}
        self.assertEqual(len(delays), 1)        # the same work in every call
        delay, = delays
        self.assertEqual(delay % 1000, 0)
        self.assertTrue(1000 < delay // 1000 < 4000, delay)     # a loop of 1000 turns
        self.assertEqual({b - a for a, b in zip(at_once, much_later)}, {2 * delay})
        self.assertEqual(slow["pnl"], free["pnl"])      # within a bar nothing moves
        self.assertEqual(slower["hedging"]["orders"], free["hedging"]["orders"])

    def test_more_work_is_more_time_and_native_policies_are_free(self):
        _, once = self.run_at(1000)
        _, twice = self.run_at(1000, LONG + " " + LONG)
        _, base = self.run_at(0)
        ratio = (twice[0] - base[0]) / (once[0] - base[0])
        self.assertTrue(1.8 < ratio < 2.05, ratio)
        native = {"script": "native:delta_band", "params": {"band": 0.25}}
        free = self.run_json(scenario(policy=native))["digest"]
        charged = self.run_json(scenario(policy=dict(native, compute_ns_per_gas=1e6)))["digest"]
        self.assertEqual(free, charged)

    def test_memory_that_decides_when_an_order_leaves_is_said(self):
        """Garbage beside much live memory: the cap forces collections, whose cost is charged."""
        keep = 'local keep = {} for i = 1, 100 do keep[i] = tostring(i) .. ("x"):rep(60000) end\n'
        garbage = 'for i = 1, 2 do local g = tostring(i) .. ("y"):rep(60000) end'

        def notes(ns_per_gas):
            self.write("x.lua", POLICY % (keep, garbage))
            policy = {"script": "x.lua", "compute_ns_per_gas": ns_per_gas}
            return " ".join(self.run_json(scenario(policy=policy))["notes"])
        self.assertIn("may not be reproducible", notes(1000))
        self.assertNotIn("may not be reproducible", notes(0))

    def test_what_is_refused(self):
        path = self.write("s.json", scenario(policy={"script": "delta_band",
                                                     "compute_ns_per_gas": -1}))
        self.refused(3, ["compute_ns_per_gas", "-1"], "run", path, "--quiet")
        path = self.write("s.json", scenario(policy={"script": "delta_band",
                                                     "compute_ns_per_gas": 5}))
        self.refused(2, ["--trusted", "compute_ns_per_gas"], "run", path, "--quiet", "--trusted")


if __name__ == "__main__":
    main()
