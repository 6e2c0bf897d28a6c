#!/usr/bin/env python3
"""The scenario of the design on real data: a short BTC straddle through the crash of 19 May 2021.
The numbers are those of an independent implementation. The data is not part of the project: found
through REHEDGE_DATA or beside the repository, skipped with a message where it is absent."""
import json
import os
import shutil
import sys

from harness import DATA, ROOT, Case, SHIPPED, main

sys.path.insert(0, os.path.join(ROOT, "tests/reference"))
import scenario as scenarios  # noqa: E402

BARS = os.path.join(DATA, "binance-1m-2021-05/BTC_USDT-1m.json")
TOLERANCE = 1e-6


class RealData(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not os.path.exists(BARS):
            raise cls.skip_class()

    @staticmethod
    def skip_class():
        from unittest import SkipTest
        return SkipTest("no real data: set REHEDGE_DATA to the folder that holds "
                        "binance-1m-2021-05")

    def setUp(self):
        super().setUp()
        os.unlink(self.path("bars.json"))
        os.symlink(os.path.abspath(BARS), self.path("bars.json"))
        shutil.copy(os.path.join(ROOT, "examples/btc-2021-05.json"), self.path("btc.json"))
        self.arguments = ["--set", "bars=bars.json", "--allow", os.path.dirname(
            os.path.realpath(BARS))]

    def go(self, policy, *more):
        return self.good("run", self.path("btc.json"), "--policy", policy, "--json", "--quiet",
                         *self.arguments, *more).json()

    def is_close(self, value, expected, what, absolute=0.0):
        self.assertLessEqual(abs(value - expected), TOLERANCE * abs(expected) + absolute,
                             f"{what}: {value!r}, expected {expected!r}")

    def test_interval_on_the_book(self):
        s = self.go("interval")
        self.assertEqual(s["events"], 4831)
        self.assertEqual(s["hedging"]["fills"], 66)
        self.is_close(s["pnl"]["total"], -15132.294590787, "pnl.total")
        self.is_close(s["cost"]["spread"], 157.556311588, "cost.spread")
        self.is_close(s["cost"]["fee"], 1575.5630670797, "cost.fee")
        self.is_close(s["pnl"]["options"], 35052.0128478808 - 50403.20, "pnl.options")

    def test_interval_on_an_ideal_venue(self):
        data = scenarios.read_json(self.path("btc.json"))
        data["venues"]["perp"] = {"kind": "ideal"}
        self.write("btc.json", json.dumps(data))
        s = self.go("interval")
        self.assertEqual(s["hedging"]["fills"], 66)
        self.is_close(s["pnl"]["total"], -13399.175212119, "pnl.total")
        self.is_close(s["attribution"]["gamma"], -27955.5790974, "gamma")
        self.is_close(s["attribution"]["theta"], 11513.8417732, "theta")
        self.is_close(s["attribution"]["higher"], -51.5950846, "higher")
        self.is_close(s["attribution"]["delta"], 3093.999266, "delta")
        self.is_close(s["attribution"]["residual"], 0.157930, "residual", 1e-6)

    def test_the_gap_is_named_only_inside_the_clock(self):
        data = scenarios.read_json(self.path("btc.json"))
        data["clock"]["from"] = "2021-04-24T00:00:00Z"
        path = self.write("gap.json", json.dumps(data))
        self.refused(3, ["gap", "4 ?h ?45", "2021-04-25T08:4"], "run", path, "--quiet",
                     *self.arguments)

    def test_each_shipped_policy_closes(self):
        for policy in SHIPPED:
            with self.subTest(policy=policy):
                s = self.go(policy)
                self.close_to(sum(s["attribution"].values()), s["pnl"]["total"], 1e-9, "sum",
                              s["hedging"]["turnover"])
                self.assertLess(s["hedging"]["rms_delta"], 2)
                self.assertGreater(s["hedging"]["fills"], 10)

    def test_import_and_tape(self):
        self.refused(3, ["4 ?h ?45", "--gaps"], "import", "binance-klines", self.path("bars.json"),
                     "-o", self.path("btc.tape"), "--quiet")
        self.good("import", "binance-klines", self.path("bars.json"), "--gaps", "keep",
                  "--instrument", "BTC-SPOT", "-o", self.path("btc.tape"), "--quiet")
        self.assertIn("42915", self.good("tape", "info", self.path("btc.tape")).out.replace(
            ",", ""))
        self.good("tape", "check", self.path("btc.tape"))


if __name__ == "__main__":
    main()
