#!/usr/bin/env python3
"""The engine against the independent replay: one scenario, two programs that share no code. All of
P&L, cost and attribution agree to 1e-9 of gross flow, counts exactly."""
import json
import math
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "e2e")]
import finance  # noqa: E402
import replay  # noqa: E402
import scenario as scenarios  # noqa: E402
from harness import DATA, Case, main, scenario  # noqa: E402

BARS = os.path.join(DATA, "binance-1m-2021-05/BTC_USDT-1m.json")
BOOK = {"kind": "book", "spread_bps": 1, "taker_bps": 5, "latency_ms": 80}
POLICIES = [("interval", {}), ("interval", {"every": "7m", "to": 0.5}),
            ("delta_band", {}), ("delta_band", {"band": 0.25, "to": "centre"}),
            ("delta_band", {"band": 20000, "unit": "quote"}),
            ("delta_band", {"band": 5, "unit": "percent"}),
            ("delta_band", {"band": 10, "unit": "percent", "to": "centre"}),
            ("band_or_time", {}), ("band_or_time", {"band": 0.5, "every": "30m"}),
            ("twap", {}), ("twap", {"band": 0.5, "over": "5m", "slices": 7})]


class Finance(unittest.TestCase):
    """The reference must be right before it may judge."""

    def test_greeks_against_bumps(self):
        for formula in (lambda s, f, k, t, v: finance.option(s, f, k, t, 0.03, v),
                        finance.inverse_option):
            for sign in (1, -1):
                at = formula(sign, 45000.0, 43000.0, 0.02, 0.9)
                up, down = (formula(sign, 45000.0 + h, 43000.0, 0.02, 0.9) for h in (5, -5))
                self.near(at.delta, (up.value - down.value) / 10)
                self.near(at.gamma, (up.delta - down.delta) / 10)
                self.near(at.speed, (up.gamma - down.gamma) / 10)
                self.near(at.vanna, (up.vega - down.vega) / 10)
                up, down = (formula(sign, 45000.0, 43000.0, 0.02, 0.9 + h) for h in (1e-4, -1e-4))
                self.near(at.vega, (up.value - down.value) / 2e-4)
                self.near(at.volga, (up.vega - down.vega) / 2e-4)
                up, down = (formula(sign, 45000.0, 43000.0, 0.02 + h, 0.9) for h in (1e-6, -1e-6))
                self.near(at.theta, -(up.value - down.value) / 2e-6)

    def near(self, exact, bumped):
        self.assertLess(abs(exact - bumped), 1e-5 * abs(exact) + 1e-13, (exact, bumped))

    def test_rounding(self):
        for qty, lot, expected in ((0.0005, 0.001, 0.001), (-0.0005, 0.001, -0.001),
                                   (0.00049, 0.001, 0), (1.25, 0.5, 1.5), (1e-10, None, 0),
                                   (0.3, None, 0.3)):
            self.assertAlmostEqual(finance.round_to_lot(qty, lot), expected, 12)

    def test_durations_and_times(self):
        self.assertEqual(scenarios.duration_ns("1.5h"), 5400 * 10**9)
        self.assertEqual(scenarios.duration_ns("500ms"), 5 * 10**8)
        self.assertEqual(scenarios.time_ns("2021-05-20T08:00:00Z"), 1621497600 * 10**9)

    def test_known_numbers_of_the_design(self):
        """The replay itself on the design's scenario, where the data is at hand."""
        if not os.path.exists(BARS):
            self.skipTest("no real data: set REHEDGE_DATA")
        path = os.path.join(os.path.dirname(os.path.dirname(HERE)), "examples/btc-2021-05.json")
        bars = {"bars": os.path.abspath(BARS)}
        book = replay.replay(path, "interval", settings=bars)
        ideal = replay.replay(path, "interval", settings=bars, venue={"kind": "ideal"})
        for value, expected in ((book["pnl"]["total"], -15132.294590787),
                                (book["cost"]["spread"], 157.556311588),
                                (book["cost"]["fee"], 1575.5630670797),
                                (ideal["pnl"]["total"], -13399.175212119),
                                (ideal["attribution"]["gamma"], -27955.5790974),
                                (ideal["attribution"]["residual"], 0.157930),
                                (ideal["reference"]["premium"], 35052.0128478808),
                                (ideal["reference"]["payoff"], 50403.20)):
            self.assertLess(abs(value - expected), 1e-9 * abs(expected) + 1e-6)
        self.assertEqual((book["events"], book["hedging"]["fills"]), (4831, 66))


class Against(Case):
    def compare(self, path, policy, params, settings=(), arguments=()):
        theirs = replay.replay(path, policy, params, dict(settings))
        spec = policy + (":" + ",".join(f"{k}={v}" for k, v in params.items()) if params else "")
        words = [word for key, value in settings for word in ("--set", f"{key}={value}")]
        ours = self.good("run", path, "--policy", spec, "--json", "--quiet", *words,
                         *arguments).json()
        flow = theirs["reference"]["gross_flow"]
        what = f"{os.path.basename(path)} {spec}"
        self.assertEqual(ours["events"], theirs["events"], what)
        self.assertEqual(ours["hedging"]["fills"], theirs["hedging"]["fills"], what)
        for block in ("pnl", "cost", "attribution", "hedging"):
            for key, value in theirs[block].items():
                if key != "orders":
                    self.close_to(ours[block][key], value, 1e-9, f"{what}: {block}.{key}",
                                  1 if "delta" in key and block == "hedging" else flow)
        return ours, theirs

    def test_small_market(self):
        for number, venue in enumerate(({"kind": "ideal"}, BOOK,
                                        {"kind": "book", "spread_bps": 3, "latency_ms": 90_000})):
            path = self.write(f"scenario-{number}.json", scenario(venues__perp=venue))
            for policy, params in POLICIES:
                with self.subTest(venue=venue, policy=policy, params=params):
                    self.compare(path, policy, params)

    def test_small_market_variants(self):
        variants = [scenario(clock__ledger="5m"),
                    scenario(portfolio__0__qty=3.5, portfolio__1__strike=44950),
                    scenario(portfolio__0__expiry="2025-01-06T02:00:00Z"),
                    scenario(assets__BTC__vol={"mark": {"kind": "flat", "sigma": 0.9},
                                               "hedge": {"kind": "flat", "sigma": 0.5}}),
                    scenario(clock__from="2025-01-06T00:10:30Z"),
                    scenario(portfolio__0__entry=500.0)]
        variants[1]["instruments"]["BTC-PERP"].pop("lot")
        self.write("trades.csv", "time,qty,price,option,asset,strike,expiry\n"
                   "2025-01-06T01:00:00Z,-3,,call,BTC,45100,2025-01-06T02:30:00Z\n"
                   "2025-01-06T01:30:30Z,2.5,250,put,BTC,44900,2025-01-06T03:00:00Z\n")
        variants.append(scenario())
        variants[-1]["portfolio"].append({"file": "trades.csv"})
        for number, data in enumerate(variants):
            path = self.write(f"variant-{number}.json", data)
            for policy, params in (("interval", {"every": "10m"}), ("delta_band", {"band": 0.1})):
                with self.subTest(variant=number, policy=policy):
                    self.compare(path, policy, params)

    def test_real_market(self):
        if not os.path.exists(BARS):
            self.skipTest("no real data: set REHEDGE_DATA")
        source = os.path.join(os.path.dirname(os.path.dirname(HERE)), "examples/btc-2021-05.json")
        with open(source, encoding="utf-8") as file:
            path = self.write("btc.json", file.read())
        settings = (("bars", os.path.realpath(BARS)),)
        allow = ("--allow", os.path.dirname(os.path.realpath(BARS)))
        for policy, params in POLICIES:
            if policy == "delta_band" and params.get("unit") == "quote":
                params = dict(params, band=10000)
            with self.subTest(policy=policy, params=params):
                ours, _ = self.compare(path, policy, params, settings, allow)
                self.assertFalse(math.isnan(ours["pnl"]["total"]), json.dumps(ours))


if __name__ == "__main__":
    main()
