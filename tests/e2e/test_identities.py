#!/usr/bin/env python3
"""What must hold whatever the policy: every sum closes, in the summary and in every ledger row;
fills add up to costs and turnover; costs and positions scale as they should."""
import csv
import json
import math
import os
import shutil

from harness import ROOT, SAMPLE, Case, SHIPPED, main, scenario

COSTS = ("spread", "depth", "impact", "fee", "latency", "gas", "adversary")
FLAWLESS = 1e-9


class Identities(Case):
    def check_run(self, path, *arguments):
        out = self.path("out")
        shutil.rmtree(out, ignore_errors=True)
        self.good("run", path, "--out", out, "--quiet", *arguments)
        summary, journal = self.whole_run_folder(out)
        with open(os.path.join(out, "fills.csv"), encoding="utf-8", newline="") as file:
            fills = list(csv.DictReader(file))
        with open(os.path.join(out, "ledger.csv"), encoding="utf-8", newline="") as file:
            ledger = list(csv.DictReader(file))
        self.check_summary(summary)
        self.check_fills(summary, fills)
        self.check_ledger(summary, ledger)
        return summary, journal, fills, ledger

    def flow(self, summary):
        return max(1.0, summary["hedging"]["turnover"])

    def check_summary(self, s):
        pnl, cost = s["pnl"], s["cost"]
        flow = self.flow(s)
        self.close_to(sum(pnl[k] for k in ("options", "hedges", "carry", "entry")) - cost["total"],
                      pnl["total"], FLAWLESS, "pnl", flow)
        self.close_to(math.fsum(s["attribution"].values()), pnl["total"], FLAWLESS, "attribution",
                      flow)
        self.close_to(s["attribution"]["cost"], -cost["total"], FLAWLESS, "attribution.cost", flow)
        self.close_to(math.fsum(cost[k] for k in COSTS), cost["total"], FLAWLESS, "cost", flow)
        self.assertGreaterEqual(s["hedging"]["max_abs_delta"], s["hedging"]["rms_delta"])
        for key in ("digest", "engine", "lua", "seed", "events", "wall_s", "numeraire", "inputs",
                    "guards", "swaps", "policy"):
            self.assertIn(key, s)
        self.assertIsInstance(s["seed"], str)
        self.assertEqual(set(s["inputs"]), {"scenario", "tapes", "scripts"})

    def check_fills(self, s, fills):
        self.assertEqual(len(fills), s["hedging"]["fills"])
        flow = self.flow(s)
        rates = {"USD": 1.0}
        for kind in COSTS:
            total = math.fsum(float(row[kind]) * rates.get(row["currency"], float(
                row["mid_arrival"])) for row in fills)
            self.close_to(total, s["cost"][kind], FLAWLESS, kind, flow)
        times = [int(row["time_ns"]) for row in fills]
        self.assertEqual(times, sorted(times))

    def check_ledger(self, s, ledger):
        flow = self.flow(s)
        self.assertGreater(len(ledger), 10)
        times = [int(row["time_ns"]) for row in ledger]
        self.assertEqual(times, sorted(set(times)))
        for row in ledger:
            n = {key: float(value) for key, value in row.items() if key != "time_ns"}
            self.close_to(n["pnl_options"] + n["pnl_hedges"] + n["pnl_carry"] + n["pnl_entry"]
                          - n["cost_total"], n["pnl_total"], FLAWLESS, "ledger pnl", flow)
            block = math.fsum(value for key, value in n.items() if key.startswith("attribution_"))
            self.close_to(block, n["pnl_total"], FLAWLESS, "ledger attribution", flow)
            self.close_to(n["equity"], n["pnl_total"], FLAWLESS, "ledger equity", flow)
        last = ledger[-1]
        self.close_to(float(last["pnl_total"]), s["pnl"]["total"], FLAWLESS, "last row", flow)
        for key, value in s["attribution"].items():
            self.close_to(float(last["attribution_" + key]), value, FLAWLESS, key, flow)

    def test_each_shipped_policy(self):
        for script in SHIPPED:
            with self.subTest(script=script):
                path = self.write("scenario.json", scenario(policy={"script": script}))
                summary, _, fills, _ = self.check_run(path)
                if script != "predictive_vol":      # its forecast is not ready in three hours
                    self.assertGreater(len(fills), 0)
                self.assertEqual(summary["events"], 210)

    def test_each_venue(self):
        for name, venue in (("ideal", {"kind": "ideal"}),
                            ("spread", {"kind": "book", "spread_bps": 20}),
                            ("slow", {"kind": "book", "spread_bps": 2, "latency_ms": 90_000})):
            with self.subTest(venue=name):
                path = self.write("scenario.json", scenario(venues__perp=venue))
                summary, _, _, _ = self.check_run(path)
                if name == "ideal":
                    self.assertEqual(summary["cost"]["total"], 0)
                if name == "slow":
                    self.assertNotEqual(summary["cost"]["latency"], 0)

    def test_no_policy_no_cost(self):
        path = self.write("scenario.json", scenario(policy={"script": "native:none"}))
        summary, _, fills, _ = self.check_run(path)
        self.assertEqual(fills, [])
        self.assertEqual(summary["cost"]["total"], 0)
        self.assertEqual(summary["pnl"]["hedges"], 0)

    def test_twice_the_book_twice_the_pnl(self):
        """Without lots and guards everything scales."""
        one = scenario(policy={"script": "interval", "params": {"every": "5m"}})
        del one["instruments"]["BTC-PERP"]["lot"]
        small = self.run_json(one)
        for entry in one["portfolio"]:
            entry["qty"] *= 2
        large = self.run_json(one)
        for block in ("pnl", "cost", "attribution"):
            for key, value in small[block].items():
                self.close_to(2 * value, large[block][key], 1e-9, f"{block}.{key}", 1e3)

    def test_interval_leaves_no_delta(self):
        """On an ideal venue without lots, delta is zero after each hedge."""
        data = scenario(policy={"script": "interval", "params": {"every": "1m"}},
                        venues__perp={"kind": "ideal"})
        del data["instruments"]["BTC-PERP"]["lot"]
        _, _, _, ledger = self.check_run(self.write("scenario.json", data))
        column, = [key for key in ledger[0] if key.startswith("delta_")]
        for row in ledger:
            self.assertLess(abs(float(row[column])), 1e-9, row)

    def test_band_is_kept(self):
        data = scenario(policy={"script": "delta_band", "params": {"band": 0.5}},
                        venues__perp={"kind": "ideal"})
        _, _, _, ledger = self.check_run(self.write("scenario.json", data))
        column, = [key for key in ledger[0] if key.startswith("delta_")]
        for row in ledger:
            self.assertLess(abs(float(row[column])), 0.5 + 0.0005 + 1e-9, row)

    def test_examples(self):
        if not os.path.exists(SAMPLE):
            self.skipTest("no bundled sample")
        for name in sorted(os.listdir(os.path.join(ROOT, "examples"))):
            if name.endswith(".json") and name != "btc-2021-05.json":
                with self.subTest(example=name):
                    self.check_run(os.path.join(ROOT, "examples", name))

    def test_guards_hold(self):
        path = self.write("scenario.json", scenario(guards={"max_order_qty": 0.5}))
        summary, journal, fills, _ = self.check_run(path)
        self.assertTrue(all(abs(float(row["qty"])) <= 0.5 + 1e-12 for row in fills))
        self.assertTrue(summary["guards"], "the guard was hit and must be reported")
        self.assertIn("max_order_qty", json.dumps(journal))

    def test_a_scheduled_swap(self):
        path = self.write("scenario.json", scenario(
            policy={"script": "native:none"},
            swaps=[{"at": "2025-01-06T01:00:00Z", "script": "interval",
                    "params": {"every": "10m"}}]))
        summary, journal, fills, _ = self.check_run(path)
        self.assertEqual(len(summary["swaps"]), 1)
        self.assertIn("swap", json.dumps(journal))
        self.assertGreaterEqual(int(fills[0]["time_ns"]), 1736125200 * 10**9)


if __name__ == "__main__":
    main()
