#!/usr/bin/env python3
"""What a scenario of a law can say: a clock in years and steps, sides, all of it through vars. A
grid of steps is exact to the nanosecond, and every refusal names the place."""
import csv
import json
import math
import os
import statistics

from harness import ROOT, Case, main

LAWS = os.path.join(ROOT, "examples/laws")

START_NS = 1735689600 * 10**9
YEAR_NS = 365 * 86400 * 10**9


def law(**changes):
    """One option on a simulated market, every number a var; changes replace top-level keys."""
    data = {
        "rehedge": 1, "seed": 7,
        "vars": {"spot": 100, "strike": 100, "expiry_years": 0.25, "steps": 21, "vol": 0.2,
                 "rate": 0.0, "side": "short", "option": "call"},
        "clock": {"from": "2025-01-01T00:00:00Z", "years": "$expiry_years", "steps": "$steps"},
        "assets": {"X": {"rate": "$rate", "vol": {"mark": "$vol"}}},
        "instruments": {"X-SPOT": {"kind": "spot", "asset": "X", "venue": "market"}},
        "feeds": [{"instrument": "X-SPOT", "synth": {"model": "gbm", "spot": "$spot",
                                                     "vol": "$vol", "size": 0}}],
        "venues": {"market": {"kind": "ideal"}},
        "portfolio": [{"option": "$option", "asset": "X", "strike": "$strike", "side": "$side",
                       "expiry_years": "$expiry_years", "qty": 1}],
        "hedge": ["X-SPOT"],
        "policy": {"script": "delta_band", "params": {"band": 0}}}
    data.update(changes)
    return data


class Laws(Case):
    def rows(self, run, name):
        with open(self.path(f"{run}/{name}"), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def sets(self, **values):
        return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]

    def test_the_grid_of_the_clock(self):
        for years, steps in ((0.25, 21), (0.25, 336), (1, 7), (0.003968253968253968, 13)):
            run = f"r{steps}"
            self.run_json(law(), "--out", self.path(run),
                          *self.sets(expiry_years=years, steps=steps))
            span = round(years * YEAR_NS)
            grid = [START_NS + span * k // steps for k in range(steps + 1)]
            ledger = [int(row["time_ns"]) for row in self.rows(run, "ledger.csv")]
            fills = [int(row["time_ns"]) for row in self.rows(run, "fills.csv")]
            self.assertEqual(ledger, grid)
            self.assertLessEqual(set(fills), set(grid))
            if steps == 21:     # the first, steps - 1 on the way, the last
                self.assertEqual(fills, grid)

    def test_a_horizon_before_the_expiry(self):
        data = law()
        data["clock"].update(horizon_steps=1, end="mark")
        summary = self.run_json(data, "--out", self.path("r"), *self.sets(steps=63))
        self.assertEqual(summary["events"], 2)
        ledger = [int(row["time_ns"]) for row in self.rows("r", "ledger.csv")]
        self.assertEqual(ledger, [START_NS, START_NS + YEAR_NS // 252])
        whole = self.run_json(law(), "--out", self.path("w"), *self.sets(steps=63))
        self.assertEqual(whole["events"], 64)
        self.assertEqual(self.rows("r", "fills.csv")[:1], self.rows("w", "fills.csv")[:1])
        near, far = self.rows("r", "fills.csv")[1], self.rows("w", "fills.csv")[1]
        self.close_to(float(near["price"]), float(far["price"]), 1e-12, "the same step")

    def test_years_are_another_way_to_say_to(self):
        plain = law(clock={"from": "2025-01-01T00:00:00Z", "to": "2025-04-02T06:00:00Z"},
                    feeds=[{"instrument": "X-SPOT", "synth": {
                        "model": "gbm", "spot": 100, "vol": 0.2, "size": 0, "interval": "6h"}}],
                    portfolio=[{"option": "call", "asset": "X", "strike": 100, "qty": -1,
                                "expiry": "2025-04-02T06:00:00Z"}])
        years = law(clock={"from": "2025-01-01T00:00:00Z", "years": 0.25}, feeds=plain["feeds"])
        self.assertEqual(self.run_json(plain)["digest"], self.run_json(years)["digest"])

    def test_sides(self):
        short = self.run_json(law())["pnl"]["total"]
        long = self.run_json(law(), "--set", "side=long")["pnl"]["total"]
        self.assertNotEqual(short, 0)
        self.close_to(short, -long, 1e-12, "long is minus short")

    def test_proportional_costs_and_their_waivers(self):
        venues = {"market": {"kind": "proportional", "cost": "$cost", "first_trade_free": "$first",
                             "last_trade_free": "$last"}}
        for first in (True, False):
            for last in (True, False):
                data = law(venues=venues)
                data["vars"].update(cost=0.005, first=first, last=last)
                summary = self.run_json(data, "--out", self.path(f"r{first}{last}"))
                fills = self.rows(f"r{first}{last}", "fills.csv")
                paid = [float(fill["fee"]) for fill in fills]
                notional = [abs(float(fill["qty"])) * float(fill["mid_arrival"]) for fill in fills]
                expected = [0.005 * amount for amount in notional]
                if first:
                    expected[0] = 0
                if last:
                    expected[-1] = 0
                self.assertEqual(len(fills), 22)
                for ours, theirs in zip(paid, expected):
                    self.close_to(ours, theirs, 1e-12, "fee")
                self.close_to(summary["cost"]["total"], sum(expected), 1e-12, "cost")
                self.close_to(summary["cost"]["fee"], sum(expected), 1e-12, "fees")
        free = self.run_json(law())
        data = law(venues=venues)
        data["vars"].update(cost=0, first=False, last=False)
        self.assertEqual(self.run_json(data)["pnl"], free["pnl"])
        path = self.write("bad.json", data)
        for sets, words in ((["cost=2"], ["/venues/market/cost", "from 0 to 1"]),
                            (["cost=-0.1"], ["/venues/market/cost"]),
                            (["first=1"], ["/venues/market/first_trade_free", "1"]),
                            (["last=yes"], ["/venues/market/last_trade_free", '"yes"'])):
            self.refused(3, words, "run", path, "--set", *sets)
        ideal = law(venues={"market": {"kind": "ideal", "first_trade_free": True}})
        self.refused(3, ["/venues/market", "first_trade_free"], "run",
                     self.write("bad.json", ideal))

    def test_a_log_contract(self):
        """Hedged at each step its P&L is -sum ((S'/S - 1) - ln(S'/S) - sigma^2 dt / 2) at r = 0,
        short; the books close with rates too, and every sentence of the summary names it."""
        data = law()
        sets = self.sets(option="log", steps=63)
        summary = self.run_json(data, "--out", self.path("r"), *sets)
        spots = [float(row["spot_X"]) for row in self.rows("r", "ledger.csv")]
        moves = [b / a for a, b in zip(spots, spots[1:])]
        expected = -sum(x - 1 - math.log(x) for x in moves) + 0.5 * 0.2**2 * 0.25
        self.close_to(summary["pnl"]["total"], expected, 1e-12, "pnl", scale=0.01)
        held = [float(row["delta_X"]) for row in self.rows("r", "ledger.csv")]
        self.assertLess(max(map(abs, held)), 1e-12)
        self.assertEqual(summary["portfolio"][0]["kind"], "log")
        self.assertTrue(summary["portfolio"][0]["name"].endswith("-L"))
        self.close_to(summary["attribution"]["gamma"], -0.5 * sum((x - 1)**2 for x in moves),
                      1e-9, "the dollar gamma is 1")
        self.close_to(summary["attribution"]["theta"], 0.5 * 0.2**2 * 0.25, 1e-9, "theta")
        for rate in (0.05, -0.05):
            for strike in (50, 100, 200):   # a value above and below zero
                rates = self.run_json(data, *sets, *self.sets(rate=rate, strike=strike))
                self.assertLess(abs(rates["pnl"]["total"]), 0.02)

    def test_log_contracts_from_a_file_and_at_a_price(self):
        data = law(portfolio=[{"file": "trades.csv"}])
        head = "time,option,asset,strike,expiry,qty,price\n"
        line = "2025-01-01T00:00:00Z,log,X,100,2025-04-02T06:00:00Z,-1,"
        self.write("trades.csv", head + line + "\n")
        at_mark = self.run_json(data)["pnl"]
        data = law()
        data["vars"]["option"] = "log"
        self.assertEqual(self.run_json(data)["pnl"], at_mark)
        self.write("trades.csv", head + line + "-0.5\n")
        priced = self.run_json(law(portfolio=[{"file": "trades.csv"}]))["pnl"]
        data["portfolio"][0]["premium"] = -0.5
        self.assertEqual(self.run_json(data)["pnl"], priced)
        self.close_to(priced["total"], at_mark["total"] - 0.5 - 0.5 * 0.2**2 * 0.25, 1e-12, "paid")
        self.write("trades.csv", head + line.replace("log", "put") + "-0.5\n")
        self.refused(3, ["trades.csv:2", "price"], "run", self.write("t.json", law(
            portfolio=[{"file": "trades.csv"}])))
        for change, words in (({"settle": "X"}, ["/portfolio/0", "log contract"]),
                              ({"option": "call", "premium": -1}, ["/portfolio/0/premium"])):
            data = law()
            data["portfolio"][0].update({"option": "log", **change})
            self.refused(3, words, "run", self.write("bad.json", data))

    def test_gamma_pnl_path_by_path(self):
        """What gamma_pnl.lua records against the P&L of the same path."""
        pnl, recorded = [], []
        for path in range(40):
            out = self.path(f"p{path}")
            summary = self.good("run", os.path.join(LAWS, "gamma_pnl.json"), "--path", path,
                                "--out", out, "--json", "--quiet").json()
            self.assertEqual((summary["path"], summary["hedging"]["fills"] > 40), (path, True))
            pnl.append(summary["pnl"]["total"])
            recorded.append(float(self.rows(f"p{path}", "ledger.csv")[-1]["series_gamma_pnl"]))
        self.assertGreater(statistics.correlation(pnl, recorded), 0.97)
        slope, start = statistics.linear_regression(recorded, pnl)
        self.assertLess(abs(slope - 1), 0.15)
        self.assertLess(abs(start), 0.4)
        self.assertEqual(len(set(pnl)), 40)

    def test_every_number_of_a_law_is_a_var(self):
        names = {"spot", "strike", "expiry_years", "steps", "premium_vol", "hedge_vol", "real_vol",
                 "rate", "drift", "side", "option", "cost", "first_trade_free", "last_trade_free",
                 "risk_aversion"}
        other = {"spot": 90, "strike": 95, "expiry_years": 0.3, "steps": 29, "premium_vol": 0.31,
                 "hedge_vol": 0.33, "real_vol": 0.35, "rate": 0.03, "drift": 0.2, "cost": 0.002}
        for file in sorted(os.listdir(LAWS)):
            if not file.endswith(".json"):
                continue
            path = os.path.join(LAWS, file)
            with open(path, encoding="utf-8") as text:
                lines = [line for line in text if not line.startswith("//")]
            self.assertLessEqual(names, set(json.loads("".join(lines))["vars"]), file)
            sets = {**other, "first_trade_free": "false", "last_trade_free": "false"}
            for side in ("long", "short"):
                for option in ("call", "put", "log"):
                    self.good("run", path, "--quiet", *self.sets(side=side, option=option, **sets))
            cost = self.good("run", path, "--quiet", "--json", *self.sets(
                **sets, side="short", option="call")).json()["cost"]
            self.assertGreater(cost["fee"], 0.05, file)
            self.assertEqual(cost["fee"], cost["total"], file)

    def test_refusals(self):
        path = self.write("law.json", law())
        for sets, words in (
                ({"steps": 0}, ["/clock/steps", "found the number 0", "integer from 1 to"]),
                ({"steps": 1.5}, ["/clock/steps", "1.5"]),
                ({"steps": "many"}, ["/clock/steps", '"many"']),
                ({"expiry_years": 0}, ["/clock/years", "above 0"]),
                ({"expiry_years": -1}, ["/clock/years", "-1"]),
                ({"expiry_years": 200}, ["/clock/years", "before 2200"]),
                ({"side": "shrot"}, ["/portfolio/0/side", 'did you mean "short"']),
                ({"option": "calls"}, ["/portfolio/0/option", 'did you mean "call"']),
                ({"rate": "low"}, ["/assets/X/rate", '"low"'])):
            self.refused(3, words, "run", path, "--quiet", *self.sets(**sets))
        self.refused(2, ["neither a var", 'did you mean "steps"'], "run", path, "--set", "stpes=3")
        self.refused(3, ["/clock", "no windows"], "run", path, "--to", "2025-02-01")
        for change, words in (
                ({"to": "2026-01-01"}, ["/clock", 'both "to" and "years"']),
                ({"horizon_steps": 22}, ["/clock/horizon_steps", "1 to 21"]),
                ({"steps": None, "horizon_steps": 1}, ["/clock", 'without "steps"']),
                ({"ledger": "1us"}, ["/clock/ledger", "1ms"]),
                ({"horizon_steps": 3}, ["expires at", "clock.end"])):
            data = law()
            data["clock"].update(change)
            data["clock"] = {key: value for key, value in data["clock"].items()
                             if value is not None}
            self.refused(3, words, "run", self.write("bad.json", data))
        for change, words in (
                ({"expiry": "2025-04-02T06:00:00Z"}, ["/portfolio/0", "expiry_years"]),
                ({"expiry_years": 0}, ["/portfolio/0/expiry_years", "after clock.from"]),
                ({"qty": -1}, ["/portfolio/0/qty", "-1"])):
            data = law()
            data["portfolio"][0].update(change)
            self.refused(3, words, "run", self.write("bad.json", data))


if __name__ == "__main__":
    main()
