#!/usr/bin/env python3
"""Comparisons on one tape: the ranking against the runs alone, the yardsticks, a person's own
hedges as a contestant (they give the run again that they came from), and what is refused; the
optimum over paths."""
import csv
import json
import math
import os

from harness import ROOT, Case, bars, main, scenario

COSTS = ("spread", "depth", "impact", "fee", "latency", "gas", "adversary")
HEAD = "time,instrument,qty,price,fee,booked_pnl\n"


def spot_with_rates():
    data = scenario()
    data["assets"]["BTC"]["rate"] = 0.07
    data["instruments"]["BTC-SPOT"].update(venue="spot", lot=0.001)
    data["venues"]["spot"] = {"kind": "book", "spread_bps": 3, "taker_bps": 4, "latency_ms": 250}
    data["hedge"] = ["BTC-SPOT"]
    return data


def inverse():
    data = scenario()
    data["instruments"]["BTC-PERP"].update(settle="BTC", lot=10)
    for entry in data["portfolio"]:
        entry["settle"] = "BTC"
    return data


def slow():
    return scenario(venues__perp={"kind": "book", "spread_bps": 2, "taker_bps": 5,
                                  "latency_ms": 90000})


def unwound():
    return scenario(hedge={"instruments": ["BTC-PERP"], "unwind_at_expiry": True})


class Actual(Case):
    def again(self, data, *arguments):
        """A run of a band, and the run of its fills.csv."""
        path = self.write("scenario.json", data)
        first = self.good("run", path, "--out", self.path("first"), "--json", "--quiet").json()
        fills = self.path("first/fills.csv")
        again = self.good("run", path, "--policy", "actual:" + fills, "--json", "--quiet",
                          *arguments).json()
        return first, again

    def same(self, first, again, what):
        allowed = 1e-9 * first["gross_flow"]
        self.assertGreater(first["hedging"]["fills"], 5, what)
        self.assertEqual(first["hedging"]["fills"], again["hedging"]["fills"], what)
        for block, keys in (("pnl", ("total", "options", "hedges", "carry", "entry")),
                            ("cost", ("total",) + COSTS), ("hedging", ("turnover", "error"))):
            for key in keys:
                self.assertLessEqual(abs(first[block][key] - again[block][key]), allowed,
                                     (what, block, key))
        self.assertLess(abs(first["hedging"]["rms_delta"] / again["hedging"]["rms_delta"] - 1),
                        1e-9, what)

    def test_a_runs_fills_give_that_run(self):
        for what, data in (("linear", scenario()), ("inverse", inverse()), ("slow", slow()),
                           ("spot", spot_with_rates()), ("unwound", unwound())):
            with self.subTest(what):
                self.setUp()
                first, again = self.again(data)
                self.same(first, again, what)
                self.assertEqual(again["policy"]["name"], "actual")
        self.assertNotEqual(first["cost"]["total"], 0)

    def test_latency_needs_the_mid_of_the_decision(self):
        """Without it the same money is lost, but nobody can say that it was the wait."""
        data = slow()
        first, again = self.again(data)
        self.assertGreater(abs(first["cost"]["latency"]), 1)
        self.same(first, again, "with")
        with open(self.path("first/fills.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        text = "time_ns,instrument,qty,price,fee\n" + "".join(
            ",".join((r["time_ns"], r["instrument"], r["qty"], r["price"], r["fee"])) + "\n"
            for r in rows)
        bare = self.run_json(data, "--policy", "actual:" + self.write("bare.csv", text))
        self.assertLess(abs(bare["pnl"]["total"] - first["pnl"]["total"]),
                        1e-9 * first["gross_flow"])
        self.assertEqual(bare["cost"]["latency"], 0)
        self.assertLess(abs(bare["cost"]["total"] + first["cost"]["latency"] -
                            first["cost"]["total"]), 1e-9 * first["gross_flow"])

    def test_two_trades_by_hand(self):
        data = scenario()
        close = [row[4] for row in bars()]
        rows = [("2025-01-06T00:30:00Z", 1.5, close[29] + 4.0, 7.25, 100),
                ("2025-01-06T02:00:30Z", -0.5, close[119] - 2.5, -1.5, -30)]
        name = self.write("mine.csv", HEAD + "".join(
            f"{time},BTC-PERP,{qty},{price},{fee},{booked}\n"
            for time, qty, price, fee, booked in rows))
        nobody = self.run_json(data, "--policy", "native:none")
        found = self.run_json(data, "--policy", "actual:" + name, "--out", self.path("out"))
        gain = sum(qty * (close[209] - price) - fee for _, qty, price, fee, _ in rows)
        self.assertAlmostEqual(found["pnl"]["total"] - nobody["pnl"]["total"], gain, places=6)
        self.assertAlmostEqual(found["cost"]["spread"], 1.5 * 4.0 + 0.5 * 2.5, places=6)
        self.assertAlmostEqual(found["cost"]["fee"], 7.25 - 1.5, places=9)
        self.assertAlmostEqual(found["actual"]["booked_pnl"], 70)
        self.assertAlmostEqual(found["actual"]["residual"], 70 - found["pnl"]["total"], places=9)
        self.whole_run_folder(self.path("out"))
        with open(self.path("out/fills.csv"), encoding="utf-8", newline="") as file:
            self.assertEqual([float(r["qty"]) for r in csv.DictReader(file)], [1.5, -0.5])
        # in the scenario, and again from the directory alone: the file is kept there
        data["policy"] = {"actual": "mine.csv"}
        self.assertEqual(self.run_json(data)["digest"], found["digest"])
        os.remove(name)
        self.good("rerun", self.path("out"), "--quiet")
        with open(self.path("out/actual.csv"), "a", encoding="utf-8") as file:
            file.write("2025-01-06T03:00:00Z,BTC-PERP,1,45000,0,0\n")
        self.refused(3, ["actual.csv", "changed"], "rerun", self.path("out"), "--quiet")

    def test_what_is_no_record_of_hedges(self):
        path = self.write("s.json", scenario())
        row = "2025-01-06T01:00:00Z,BTC-PERP,1,45000,0,\n"
        bad = [
            ("", ["empty"]),
            ("instrument,qty,price\n", ["mine.csv:1", "time"]),
            ("time,qty,price\n", ["mine.csv:1", "instrument is missing"]),
            ("time,instrument,price\n", ["mine.csv:1", "qty is missing"]),
            ("time,instrument,qty\n", ["mine.csv:1", "price is missing"]),
            ("time,instrument,qty,price,feee\n", ["mine.csv:1", "feee", 'did you mean "fee"']),
            ("time,time,instrument,qty,price\n", ["mine.csv:1", "twice"]),
            (HEAD + row.replace("PERP", "PREP"), ["mine.csv:2", "PREP", 'mean "BTC-PERP"']),
            (HEAD + row + row.replace("T01:00", "T00:59"),
             ["mine.csv:3", "order of time", "T01:00:00Z"]),
            (HEAD + row.replace("2025", "2024"), ["mine.csv:2", "2024", "inside the clock"]),
            (HEAD + row.replace("T01", "T05"), ["mine.csv:2", "inside the clock"]),
            (HEAD + row.replace("2025-01-06T01:00:00Z", "yesterday"), ["mine.csv:2", "yesterday"]),
            (HEAD + row.replace(",1,", ",nan,"), ["mine.csv:2", "qty", "nan", "a number"]),
            (HEAD + row.replace(",1,", ",0,"), ["mine.csv:2", "qty", '"0"']),
            (HEAD + row.replace(",1,", ",0.0005,"), ["mine.csv:2", "whole lots"]),
            (HEAD + row.replace("45000", "-1"), ["mine.csv:2", "price", "above zero"]),
            (HEAD + row.replace("45000", "inf"), ["mine.csv:2", "price", "a number"]),
            (HEAD + row.replace(",0,", ",x,"), ["mine.csv:2", "fee", "a number"]),
            (HEAD + row.replace(",0,\n", "\n"), ["mine.csv:2", "4 fields"]),
            ("time,instrument,qty,price,currency\n2025-01-06T01:00:00Z,BTC-PERP,1,45000,EUR\n",
             ["mine.csv:2", "currency", "EUR", "USD"]),
            (HEAD + row.replace("T01:00:00Z", "T00:01:00.5Z").replace("BTC-PERP", "BTC-SPOT") +
             row.replace("BTC-PERP", "X"), ["mine.csv:3", "X"]),
        ]
        for text, words in bad:
            with self.subTest(words):
                name = self.write("mine.csv", text)
                self.refused(3, words, "run", path, "--policy", "actual:" + name, "--quiet")
        self.refused(3, ["nowhere.csv"], "run", path, "--policy", "actual:nowhere.csv", "--quiet")
        both = scenario()
        both["policy"]["actual"] = "mine.csv"
        self.refused(3, ["/policy", "neither"], "run", self.write("b.json", both), "--quiet")
        good = self.write("good.csv", HEAD + row)
        self.refused(3, ["good.csv", "swaps"], "run", path, "--policy", "actual:" + good, "--swap",
                     "1h=delta_band", "--quiet")
        self.refused(3, ["good.csv", "friction"], "run", path, "--policy", "actual:" + good,
                     "--explain", "--quiet")
        self.refused(2, ["--actual", "--paths"], "compare", path, "--actual", "mine.csv",
                     "--paths", 10)
        self.refused(2, ["--actual-pnl"], "compare", path, "delta_band", "--actual-pnl", 10)

    def test_no_price_yet(self):
        data = scenario(clock__from="2025-01-05T23:00:00Z")
        name = self.write("mine.csv", HEAD + "2025-01-05T23:30:00Z,BTC-PERP,1,45000,0,\n")
        self.refused(3, ["mine.csv:2", "BTC-PERP", "no price"], "run",
                     self.write("s.json", data), "--policy", "actual:" + name, "--quiet")

    def test_ranked_against_policies(self):
        data = self.write("s.json", scenario())
        first = self.good("run", data, "--out", self.path("first"), "--json", "--quiet").json()
        found = self.good("compare", data, "interval:every=1h", "delta_band:band=0.25",
                          "--actual", self.path("first/fills.csv"), "--actual-pnl",
                          first["pnl"]["total"] + 12.5, "--json", "--quiet").json()
        self.assertEqual([run["label"] for run in found["runs"]],
                         ["interval-every=1h", "delta_band-band=0.25", "actual"])
        ranking = found["ranking"]
        self.assertEqual(ranking["baseline"], "actual")
        self.assertAlmostEqual(ranking["actual"]["residual"], 12.5, places=6)
        runs = {run["label"]: run for run in ranking["runs"]}
        self.assertAlmostEqual(runs["delta_band-band=0.25"]["difference"]["mean"], 0, places=6)
        self.assertEqual(runs["actual"]["difference"]["mean"], 0)


class Ranking(Case):
    POLICIES = ("interval:every=1h", "delta_band:band=0.25")

    def setUp(self):
        super().setUp()
        # ten hours of bars, so that there are rows for an error
        self.write("bars.json", json.dumps(bars(700)))
        self.data = scenario(clock__to="2025-01-06T11:00:00Z")
        for entry in self.data["portfolio"]:
            entry["expiry"] = "2025-01-06T10:30:00Z"
        self.scenario = self.write("s.json", self.data)

    def compare(self, *arguments):
        return self.good("compare", self.scenario, *self.POLICIES, "--quiet", *arguments)

    def test_against_the_runs_alone(self):
        ranking = self.compare("--json", "--lambda", 0.01).json()["ranking"]
        runs = {run["label"]: run for run in ranking["runs"]}
        self.assertEqual(list(runs), ["interval-every=1h", "delta_band-band=0.25", "no-hedge",
                                      "every-step", "best-band"])
        rows, values, ledgers = 0, {}, {}
        for label, run in runs.items():
            out = self.path(f"alone-{label}")
            alone = self.run_json(self.data, "--policy", run["policy"], "--out", out)
            self.assertEqual(alone["digest"], run["digest"], label)
            values[label] = alone["cost"]["total"] + 0.01 * alone["hedging"]["error"] ** 2
            self.assertAlmostEqual(run["objective"], values[label], places=6)
            self.assertAlmostEqual(run["pnl"]["mean"], alone["pnl"]["total"], places=6)
            with open(os.path.join(out, "ledger.csv"), encoding="utf-8", newline="") as file:
                ledgers[label] = [float(row["pnl_total"]) for row in csv.DictReader(file)]
            ledgers[label].append(alone["pnl"]["total"])
            rows = len(ledgers[label])
        self.assertEqual((ranking["rows"], ranking["block_rows"]), (rows, math.isqrt(rows)))
        best = min(values.values())
        for label, run in runs.items():
            self.assertAlmostEqual(run["regret"], values[label] - best, places=6)
            self.assertEqual(run["place"], 1 + sum(v < values[label] for v in values.values()))
            self.check_difference(run["difference"], ledgers[label],
                                  ledgers["interval-every=1h"], math.isqrt(rows))
        self.assertEqual(runs["no-hedge"]["cost"]["mean"], 0)
        # no constant band around is better in hindsight
        self.assertGreater(min(values["no-hedge"], values["every-step"]), values["best-band"])
        band = float(runs["best-band"]["policy"].split("=")[1])
        for factor in (0.3, 0.7, 1.4, 3):
            other = self.run_json(self.data, "--policy",
                                  f"native:delta_band:band={band * factor}")
            value = other["cost"]["total"] + 0.01 * other["hedging"]["error"] ** 2
            self.assertGreater(value, values["best-band"] - 1e-9, factor)

    def check_difference(self, found, mine, base, block):
        """The standard error by batch means, from ledger.csv."""
        off = [x - y for x, y in zip(mine, base)]
        steps = [x - y for x, y in zip(off, [0] + off)]
        n, m = len(steps), len(steps) // block
        means = [math.fsum(steps[u * n // m:(u + 1) * n // m]) /
                 ((u + 1) * n // m - u * n // m) for u in range(m)]
        center = math.fsum(means) / m
        se = n * math.sqrt(math.fsum((x - center) ** 2 for x in means) / (m - 1) / m)
        self.assertAlmostEqual(found["mean"], off[-1], places=6)
        self.assertAlmostEqual(found["se"], se, delta=1e-7 + 1e-6 * se)
        self.assertAlmostEqual(found["low"], off[-1] - 1.959963984540054 * se, places=3)

    def test_tables_and_a_directory(self):
        out = self.compare("--out", self.path("out"))
        for words in ("attribution, sums to the P&L", "ranking on this tape", "regret", "no-hedge",
                      "every-step", "best-band", "+-", "blocks of 2"):
            self.assertIn(words, out.out)
        self.assertLessEqual(max(map(len, out.out.split("\n"))), 100)
        self.assertEqual(set(os.listdir(self.path("out"))),
                         {"report.html", "compare.json", "interval-every=1h",
                          "delta_band-band=0.25", "no-hedge", "every-step", "best-band"})
        with open(self.path("out/compare.json"), encoding="utf-8") as file:
            kept = json.load(file)
        self.assertEqual(kept, self.compare("--json").json()["ranking"])
        with open(self.path("out/report.html"), encoding="utf-8") as file:
            page = file.read()
        for words in ("best-band", "blocks of", "root of the summed squared changes"):
            self.assertIn(words, page)
        self.refused(3, ["exists already"], "compare", self.scenario, *self.POLICIES, "--quiet",
                     "--out", self.path("out"))

    def test_bare(self):
        found = self.compare("--json", "--bare").json()
        self.assertEqual([run["label"] for run in found["ranking"]["runs"]],
                         ["interval-every=1h", "delta_band-band=0.25"])
        self.compare("--bare", "--out", self.path("out"))
        self.assertNotIn("no-hedge", os.listdir(self.path("out")))
        self.refused(2, ["--baseline", "no-hedge"], "compare", self.scenario, "delta_band",
                     "--bare", "--baseline", "no-hedge", "--quiet")

    def test_threads_and_sets_change_nothing(self):
        one = self.compare("--json", "--threads", 1).json()["ranking"]
        self.assertEqual(self.compare("--json", "--threads", 3).json()["ranking"], one)
        # a param of the policies is none of the yardsticks'
        other = self.good("compare", self.scenario, "delta_band", "--set", "policy.to=centre",
                          "--json", "--quiet").json()["ranking"]
        yard = {run["label"]: run["digest"] for run in one["runs"]}
        for run in other["runs"][1:]:
            self.assertEqual(run["digest"], yard[run["label"]], run["label"])

    def test_other_objectives(self):
        for name, value in (("pnl", lambda run: -run["pnl"]["mean"]),
                            ("error", lambda run: run["error"]["mean"])):
            ranking = self.compare("--json", "--objective", name).json()["ranking"]
            for run in ranking["runs"]:
                self.assertAlmostEqual(run["objective"], value(run), places=9)
        base = ("compare", self.scenario, "delta_band", "--quiet")
        for name in ("es95", "certainty_equivalent"):
            self.refused(2, [name, "--paths"], *base, "--objective", name)
        self.refused(2, ["return_on_margin", "margin"], *base, "--objective", "return_on_margin")
        self.refused(2, ["--optimum", "--paths"], *base, "--optimum")
        self.refused(2, ["--lambda", "none"], *base, "--objective", "pnl", "--lambda", 1)

    def test_a_refused_policy_stops_nobody(self):
        self.write("bad.lua", "return 7")
        result = self.rehedge("compare", self.scenario, "delta_band", self.path("bad.lua"),
                              "--quiet", "--json")
        self.assertEqual(result.status, 4, result)
        runs = {run["label"]: run for run in result.json()["ranking"]["runs"]}
        self.assertIn("refused", runs["bad"])
        self.assertEqual(runs["bad"]["place"] if "place" in runs["bad"] else 5, 5)
        self.assertIn("best-band", runs)
        alone = self.rehedge("compare", self.scenario, self.path("bad.lua"), "--quiet")
        self.assertEqual(alone.status, 4, alone)

    def test_few_rows_have_no_errors(self):
        self.data["clock"]["ledger"] = "1h"
        self.write("s.json", self.data)
        out = self.compare().out
        self.assertNotIn("+-", out)
        self.assertIn("no errors", out)
        for run in self.compare("--json").json()["ranking"]["runs"]:
            self.assertTrue(run["difference"]["se"] in (None, 0))

    def test_a_book_without_delta_has_no_band(self):
        self.data["portfolio"] = []
        self.write("s.json", self.data)
        ranking = self.compare("--json").json()["ranking"]
        self.assertEqual([run["label"] for run in ranking["runs"]][2:], ["no-hedge", "every-step"])


class Optimum(Case):
    """Compared with the optimum of Hodges and Neuberger, whose own tests are in tests/study."""

    def law(self, **changes):
        with open(os.path.join(ROOT, "examples/laws/optimum.json"), encoding="utf-8") as file:
            text = "".join(line for line in file if not line.lstrip().startswith("//"))
        data = json.loads(text)
        for name, value in changes.items():
            data[name] = value
        return self.write("law.json", data)

    def test_nobody_is_below_it(self):
        found = self.good("compare", self.law(), "delta_band:band=0.2",
                          "whalley_wilmott:risk_aversion=0.1,cost=0.005",
                          "--paths", 400, "--optimum", "--json", "--quiet").json()
        self.assertAlmostEqual(found["optimum"]["price"], 4.483403, delta=1e-4)
        self.assertAlmostEqual(found["optimum"]["band_lo"], 0.3315, delta=0.01)
        self.assertAlmostEqual(found["optimum"]["band_hi"], 0.7150, delta=0.01)
        for run in found["runs"]:
            self.assertAlmostEqual(run["above_optimum"], run["price"] - found["optimum"]["price"],
                                   places=9)
            self.assertGreater(run["above_optimum"], -4 * run["price_se"], run["label"])
        runs = {run["label"]: run for run in found["runs"]}
        self.assertGreater(runs["every-step"]["above_optimum"], 0.9)    # 5.5234 in the reference
        self.assertLess(abs(runs["every-step"]["price"] - 5.523373),
                        4 * runs["every-step"]["price_se"])
        alone = self.good("mc", self.law(), "--policy", "delta_band:band=0.2", "--paths", 400,
                          "--json", "--quiet").json()["entropic"]
        self.assertEqual((alone["price"], alone["se"]),
                         (runs["delta_band-band=0.2"]["price"],
                          runs["delta_band-band=0.2"]["price_se"]))
        table = self.good("compare", self.law(), "delta_band:band=0.2", "--paths", 64,
                          "--set", "steps=8", "--optimum", "--quiet").out
        self.assertRegex(table, r"optimum of Hodges and Neuberger at risk aversion 0\.1: price 4\.")
        self.assertLessEqual(max(map(len, table.split("\n"))), 100)

    def test_a_scenario_it_does_not_know(self):
        with open(self.law(), encoding="utf-8") as file:
            data = json.load(file)
        option, feed, venue = data["portfolio"][0], data["feeds"][0], data["venues"]["market"]
        jumps = {"model": "merton", "spot": 100, "vol": 0.2, "jump_intensity": 1, "jump_mean": 0,
                 "jump_vol": 0.1}
        cases = [
            (dict(portfolio=[option, dict(option, strike=110)]), ["more than one entry"]),
            (dict(portfolio=[dict(option, option="log")]), ["log contract"]),
            (dict(portfolio=[{"instrument": "X-SPOT", "qty": 1}]), ["without an option"]),
            (dict(portfolio=[]), ["no option"]),
            (dict(feeds=[dict(feed, synth=jumps)]), ["another model", "merton"]),
            (dict(feeds=[dict(feed, delay_ms=5)]), ["delay"]),
            (dict(venues={"market": dict(venue, first_trade_free=True)}), ["first trade"]),
            (dict(venues={"market": {"kind": "book", "spread_bps": 1}}), ["not proportional"]),
            (dict(collateral={"USD": 5}), ["collateral"]),
            (dict(assets={"X": {"yield": 0.1, "vol": {"mark": 0.2}}}), ["yield"]),
            (dict(instruments={"X-SPOT": {"kind": "spot", "asset": "X", "venue": "market",
                                          "lot": 0.1}}), ["a lot"]),
        ]
        for changes, words in cases:
            with self.subTest(words):
                self.refused(3, ["optimum", *words], "compare", self.law(**changes), "delta_band",
                             "--paths", 8, "--risk-aversion", 0.1, "--optimum", "--quiet")
        self.refused(2, ["risk-aversion"], "compare", self.law(), "delta_band", "--paths", 8,
                     "--set", "risk_aversion=0", "--optimum", "--quiet")


class Missing(Case):
    def test_recorded_hedges_that_are_not_there_end_it_before_anything_runs(self):
        path = self.write("s.json", scenario())
        self.refused(3, ["nowhere.csv", "no such file"], "compare", path, "delta_band:band=0.25",
                     "--actual", self.path("nowhere.csv"), "--quiet")


class Dead(Case):
    def test_a_killed_policy_wins_nothing(self):
        self.write("dies.lua", """return rehedge.policy { api = 1, name = "dies", version = "1.0.0",
  trigger = function(s) error("here") end, scale = function() return 0 end }""")
        path = self.write("s.json", scenario())
        result = self.rehedge("compare", path, self.path("dies.lua"), "delta_band:band=0.25",
                              "--bare", "--json", "--quiet")
        self.assertEqual(result.status, 4, result)
        runs = {run["label"]: run for run in result.json()["ranking"]["runs"]}
        self.assertIsNone(runs["dies"]["objective"])
        self.assertEqual(runs["delta_band-band=0.25"]["place"], 1)
        self.assertEqual(runs["delta_band-band=0.25"]["regret"], 0)


if __name__ == "__main__":
    main()
