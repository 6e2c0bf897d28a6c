#!/usr/bin/env python3
"""`run --explain`: each counterfactual is the run of a scenario written without that friction, the
lines reconcile, and what is not there has no line."""
import json

from harness import Case, main, scenario

FRICTIONS = {"latency": {"venues__perp__latency_ms": 0}, "spread": {"venues__perp__spread_bps": 0},
             "fee": {"venues__perp__taker_bps": 0}, "depth": {"venues__perp__depth_share": None}}


class Explain(Case):
    def explained(self, data, *arguments):
        path = self.write("s.json", data)
        return self.good("run", path, "--explain", "--json", "--quiet", *arguments).json()

    def whole(self):
        data = scenario()
        data["venues"]["perp"]["depth_share"] = 0.05
        return data

    def test_a_line_is_the_run_of_a_scenario_without_the_friction(self):
        told = self.explained(self.whole())
        lines = {line["friction"]: line for line in told["explain"]["frictions"]}
        self.assertEqual(set(lines), set(FRICTIONS))
        for word, change in FRICTIONS.items():
            without = self.whole()
            (keys, value), = change.items()
            at = without["venues"]["perp"]
            name = keys.split("__")[-1]
            if value is None:
                del at[name]
            else:
                at[name] = value
            run = self.run_json(without)
            self.assertEqual(lines[word]["pnl_without"], run["pnl"]["total"], word)
            self.assertEqual(lines[word]["fills"], run["hedging"]["fills"], word)
            self.assertEqual(lines[word]["booked"], told["run"]["cost"][word], word)
        frictionless = scenario(venues__perp={"kind": "ideal"})
        self.assertEqual(told["explain"]["all"]["pnl_without"],
                         self.run_json(frictionless)["pnl"]["total"])

    def test_the_lines_reconcile(self):
        told = self.explained(self.whole())
        explain, pnl = told["explain"], told["run"]["pnl"]["total"]
        gains = sum(line["gain"] for line in explain["frictions"])
        gap = explain["all"]["pnl_without"] - pnl
        self.close_to(gains + explain["interaction"], gap, 1e-12, "gains", scale=abs(pnl))
        self.assertGreater(explain["all"]["gain"], 0)
        for line in explain["frictions"]:
            self.assertAlmostEqual(line["pnl_without"] - pnl, line["gain"], 9)

    def test_delays_and_thinking_time_have_lines_without_a_booked_cost(self):
        data = scenario()
        data["feeds"][0]["delay_ms"] = 90000
        data["policy"]["compute_ns_per_gas"] = 1e6
        told = self.explained(data)
        lines = {line["friction"]: line for line in told["explain"]["frictions"]}
        for word in ("delay", "compute"):
            self.assertIsNone(lines[word]["booked"])
        del data["feeds"][0]["delay_ms"]
        self.assertEqual(lines["delay"]["pnl_without"], self.run_json(data)["pnl"]["total"])

    def test_an_ideal_venue_has_nothing_to_explain(self):
        told = self.explained(scenario(venues__perp={"kind": "ideal"}))["explain"]
        self.assertEqual(told["frictions"], [])
        self.assertEqual(told["interaction"], 0)
        self.assertEqual(told["all"]["gain"], 0)

    def test_it_changes_nothing_of_the_run_and_is_kept_in_its_directory(self):
        told = self.explained(scenario(), "--out", self.path("out"))
        plain = self.run_json(scenario())
        self.assertEqual(told["run"]["digest"], plain["digest"])
        with open(self.path("out/explain.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), told["explain"])
        self.good("rerun", self.path("out"))
        table = self.good("run", self.path("s.json"), "--explain", "--quiet").out
        self.assertRegex(table, r"latency +[\d.-]+ ")
        self.assertRegex(table, r"interaction +- ")

    def test_a_policy_that_dies_only_without_a_friction_is_said_in_its_line(self):
        self.write("frail.lua", """return rehedge.policy {
  api = 1, name = "frail", version = "1.0.0",
  trigger = function(s) if s:cost(1) == 0 then error("free lunch") end
    return s.delta > 0.25 end,
  scale = function(s) return -s.delta end }""")
        told = self.explained(scenario(policy={"script": "frail.lua"}))
        marks = {line["friction"]: line.get("policy_failed", False)
                 for line in told["explain"]["frictions"]}
        self.assertFalse(any(marks.values()))
        table = self.good("run", self.path("s.json"), "--explain", "--quiet").out
        self.assertIn("the policy was killed in this run", table)


if __name__ == "__main__":
    main()
