#!/usr/bin/env python3
"""Two sets of books: every run directory is recomputed from fills.csv, the market and the scenario,
and must agree to 1e-9 of gross flow. And the recomputation itself must notice a wrong book."""
import csv
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "e2e")]
import recompute  # noqa: E402
from harness import ROOT, SAMPLE, SHIPPED, Case, main, scenario  # noqa: E402


class Recompute(Case):
    def run_folder(self, path, *arguments):
        out = self.path("out")
        shutil.rmtree(out, ignore_errors=True)
        self.good("run", path, "--out", out, "--quiet", *arguments)
        return out

    def agree(self, path, *arguments):
        problems = recompute.Recomputation(self.run_folder(path, *arguments), path).run()
        self.assertEqual(problems, [], f"{path} {arguments}")

    def test_each_shipped_policy(self):
        path = self.write("scenario.json", scenario())
        for script in SHIPPED:
            with self.subTest(script=script):
                self.agree(path, "--policy", script)

    def test_latency_across_bars(self):
        path = self.write("scenario.json", scenario(
            venues__perp={"kind": "book", "spread_bps": 4, "taker_bps": 5, "latency_ms": 90_000}))
        self.agree(path)

    def test_entry_prices(self):
        self.agree(self.write("scenario.json", scenario(portfolio__0__entry=500.0)))

    def test_client_trades(self):
        self.write("trades.csv", "time,qty,price,option,asset,strike,expiry\n"
                   "2025-01-06T01:00:00Z,-3,,call,BTC,45100,2025-01-06T02:30:00Z\n"
                   "2025-01-06T01:30:30Z,2.5,250,put,BTC,44900,2025-01-06T03:00:00Z\n")
        data = scenario()
        data["portfolio"].append({"file": "trades.csv"})
        self.agree(self.write("scenario.json", data))

    def test_inverse_book(self):
        data = scenario()
        data["instruments"]["BTC-PERP"].update(settle="BTC", lot=10)
        for entry in data["portfolio"]:
            entry["settle"] = "BTC"
        self.agree(self.write("scenario.json", data))

    def test_examples(self):
        if not os.path.exists(SAMPLE):
            self.skipTest("no bundled sample")
        for name in ("quickstart.json", "perp-inverse.json", "swap.json", "gamma-hedge.json"):
            with self.subTest(example=name):
                self.agree(os.path.join(ROOT, "examples", name))

    def test_option_hedges(self):
        """Gamma and vega hedges: linear, coin-settled, marked at the end and settled on the way."""
        option = {"kind": "option", "option": "put", "asset": "BTC", "strike": 44900,
                  "expiry": "2025-01-08T08:00:00Z", "venue": "options", "lot": 0.1}
        venue = {"kind": "book", "spread_vol": 0.03, "spread_bps": 8, "taker_bps": 3,
                 "fee_on": "underlying", "fee_cap": 0.1, "latency_ms": 70_000}
        for change in ({}, {"settle": "BTC"}, {"expiry": "2025-01-06T01:30:00Z"}, {"vol": 0.5}):
            for params in ({"gamma_band": 2e-4}, {"vega_band": 200}):
                data = scenario(venues__options=dict(venue), hedge=["BTC-PERP", "HEDGE"],
                                instruments__HEDGE=dict(option, **change), clock__end="mark")
                data["policy"] = {"script": "gamma_vega",
                                  "params": dict(params, option="HEDGE", band=0.1)}
                with self.subTest(change=change, params=params):
                    path = self.write("scenario.json", data)
                    self.agree(path)
                    self.assertTrue(self.has_fills_of("HEDGE"))

    def has_fills_of(self, name):
        with open(os.path.join(self.path("out"), "fills.csv"), encoding="utf-8") as file:
            return any(row["instrument"] == name for row in csv.DictReader(file))

    def test_a_wrong_book_is_noticed(self):
        path = self.write("scenario.json", scenario())
        out = self.run_folder(path)
        with open(os.path.join(out, "summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        flow = summary["hedging"]["turnover"]
        for block, key in (("pnl", "total"), ("pnl", "options"), ("pnl", "hedges"),
                           ("cost", "fee"), ("cost", "spread"), ("attribution", "gamma")):
            wrong = json.loads(json.dumps(summary))
            wrong[block][key] += 1e-7 * flow
            self.rewrite(out, wrong)
            self.assertNotEqual(recompute.Recomputation(out, path).run(), [], (block, key))
        self.rewrite(out, summary)
        self.assertEqual(recompute.Recomputation(out, path).run(), [])
        with open(os.path.join(out, "fills.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        rows[3][rows[0].index("qty")] = str(float(rows[3][rows[0].index("qty")]) + 0.001)
        with open(os.path.join(out, "fills.csv"), "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        self.assertNotEqual(recompute.Recomputation(out, path).run(), [])

    @staticmethod
    def rewrite(out, summary):
        with open(os.path.join(out, "summary.json"), "w", encoding="utf-8") as file:
            json.dump(summary, file)


if __name__ == "__main__":
    main()
