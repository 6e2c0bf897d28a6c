#!/usr/bin/env python3
"""`rehedge mc` as a whole: one answer for any number of threads, the first paths of a longer study,
every printed statistic recomputed from paths.csv, policies that die, interruption, full disks and
input without sense."""
import csv
import json
import math
import os
import signal
import subprocess
import time
import unittest

from harness import REHEDGE, ROOT, SANITIZED, Case, main

SHIM = os.environ.get("REHEDGE_SHIM", "")
PATHS = 512 if SANITIZED else 2048

STUDY = {
    "rehedge": 1, "name": "ten days", "seed": 7, "numeraire": "USD",
    "clock": {"from": "2025-01-01T00:00:00Z", "to": "2025-01-11T00:00:00Z", "end": "settle"},
    "assets": {"A": {"vol": {"mark": 0.8}}},
    "instruments": {"A-INDEX": {"kind": "spot", "asset": "A"},
                    "A-SPOT": {"kind": "spot", "asset": "A", "venue": "spot"}},
    "feeds": [{"instrument": "A-INDEX",
               "synth": {"model": "gbm", "spot": 100, "vol": "$real_vol", "interval": "6h"}}],
    "venues": {"spot": {"kind": "book", "spread_bps": 10, "taker_bps": 5}},
    "portfolio": [{"option": "call", "asset": "A", "strike": 100,
                   "expiry": "2025-01-11T00:00:00Z", "qty": -1}],
    "hedge": ["A-SPOT"],
    "policy": {"script": "delta_band", "params": {"band": 0.1}},
    "vars": {"real_vol": 0.8, "risk_aversion": 0.5},
}

DYING = """
return rehedge.policy {
  api = 1, name = "dying", version = "1.0.0", license = "MIT", about = "Dies below a price.",
  params = { floor = { default = 90, min = 0, unit = "USD", about = "where it dies" } },
  trigger = function(s, p)
    if s.spot < p.floor then error("too low") end
    return s.delta > 0.1 or s.delta < -0.1, 0, 0
  end,
  scale = function(s) return -s.delta end,
}
"""


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [{key: float(value) if value else math.nan for key, value in row.items()}
                for row in csv.DictReader(file)]


def without_times(summary):
    return {key: value for key, value in summary.items() if key not in ("wall_s", "paths_per_s")}


class Study(Case):
    def setUp(self):
        super().setUp()
        self.scenario = self.write("study.json", STUDY)

    def mc(self, *arguments, **options):
        return self.good("mc", self.scenario, "--quiet", "--json", *arguments, **options).json()


class Numbers(Study):
    def test_a_tail_of_one_path_has_no_error(self):
        path = os.path.join(ROOT, "examples/laws/toft.json")
        few = self.good("mc", path, "--paths", "20", "--json", "--quiet").json()["pnl"]
        self.assertIsNone(few["es95_se"])
        more = self.good("mc", path, "--paths", "60", "--json", "--quiet").json()["pnl"]
        self.assertGreater(more["es95_se"], 0)
        self.assertIsNone(more["es99_se"])

    def test_a_file_at_its_limit_is_said_and_leaves_nothing(self):
        path = os.path.join(ROOT, "examples/laws/toft.json")
        small = ("bash", "-c", "ulimit -f 8; exec \"$0\" \"$@\"")
        for option, name in (("--csv", "rows.csv"), ("--out", "study")):
            result = self.rehedge("mc", path, "--paths", "3000", "--quiet", option,
                                  self.path(name), prefix=small)
            self.assertEqual(result.status, 1, result)
            self.assertIn(name, result.err)
        self.leftovers("study.json")

    def test_threads_change_nothing(self):
        one = self.mc("--paths", PATHS, "--threads", 1, "--csv", self.path("1.csv"))
        for threads in (2, 3):
            more = self.mc("--paths", PATHS, "--threads", threads, "--csv", self.path("2.csv"))
            self.assertEqual(without_times(more), without_times(one))
            with open(self.path("1.csv"), "rb") as a, open(self.path("2.csv"), "rb") as b:
                self.assertEqual(a.read(), b.read())
        self.assertEqual((one["kind"], one["paths"], one["seed"]), ("mc", PATHS, "7"))
        other = self.mc("--paths", PATHS, "--seed", 8)
        self.assertNotEqual(other["digest"], one["digest"])

    def test_the_first_paths_of_a_longer_study(self):
        self.mc("--paths", 300, "--csv", self.path("300.csv"))
        self.mc("--paths", 600, "--csv", self.path("600.csv"))
        with open(self.path("300.csv"), "rb") as a, open(self.path("600.csv"), "rb") as b:
            few, many = a.read(), b.read()
        self.assertTrue(many.startswith(few) and len(many) > len(few))
        self.assertEqual(few.count(b"\n"), 301)

    def test_one_path_alone(self):
        for more in ([], ["--antithetic"], ["--moment-matched"]):
            self.mc("--paths", 512, "--csv", self.path("all.csv"), *more)
            with open(self.path("all.csv"), encoding="utf-8") as file:
                lines = file.read().split("\n")
            for path in (0, 17, 300):
                alone = self.good("mc", self.scenario, "--path", path, *more).out
                self.assertEqual(alone, f"{lines[0]}\n{lines[1 + path]}\n")

    def test_policies_have_common_random_numbers(self):
        self.mc("--paths", 64, "--csv", self.path("a.csv"))
        self.mc("--paths", 64, "--csv", self.path("b.csv"), "--policy", "interval:every=1d")
        a, b = rows_of(self.path("a.csv")), rows_of(self.path("b.csv"))
        self.assertEqual([row["spot"] for row in a], [row["spot"] for row in b])
        self.assertNotEqual([row["pnl"] for row in a], [row["pnl"] for row in b])

    def quantile(self, values, level):
        at = level * (len(values) - 1)
        low = math.floor(at)
        high = min(low + 1, len(values) - 1)
        return values[low] + (at - low) * (values[high] - values[low])

    def check_distribution(self, found, values, unit):
        n, mean = len(values), math.fsum(values) / len(values)
        central = [value - mean for value in values]
        second = math.fsum(c * c for c in central) / n
        units = [math.fsum(central[i:i + unit]) / unit for i in range(0, n, unit)]
        m, ordered = len(units), sorted(values)
        expected = {
            "mean": mean, "se": math.sqrt(math.fsum(u * u for u in units) / (m * (m - 1))),
            "std": math.sqrt(second * n / (n - 1)),
            "skew": math.fsum(c ** 3 for c in central) / n / second ** 1.5,
            "min": ordered[0], "max": ordered[-1],
            "probability_of_loss": sum(value < 0 for value in values) / n,
        }
        worst = n // 20
        expected["es95"] = -(math.fsum(ordered[:worst]) + (n / 20 - worst) * ordered[worst]) / (
            n / 20)
        for key, value in expected.items():
            self.close_to(found[key], value, 1e-9, key, scale=1e-3)
        for level, value in found["quantiles"].items():
            self.close_to(value, self.quantile(ordered, float(level)), 1e-12, level)
        counts = found["histogram"]
        self.assertEqual(sum(counts["counts"]) + counts["below"] + counts["above"], n)
        self.assertEqual(len(counts["edges"]), len(counts["counts"]) + 1)

    def test_the_summary_is_that_of_the_paths(self):
        for more, unit in ([], 1), (["--antithetic"], 2), (["--moment-matched"], 256):
            found = self.mc("--paths", PATHS, "--csv", self.path("paths.csv"), *more)
            rows = rows_of(self.path("paths.csv"))
            self.assertEqual([row["path"] for row in rows], list(range(PATHS)))
            self.assertEqual(found["units"], PATHS // unit)
            self.check_distribution(found["pnl"], [row["pnl"] for row in rows], unit)
            self.check_distribution(found["error"], [row["error"] for row in rows], unit)
            for key, column in (("cost", "cost_total"), ("trades", "fills"), ("spot", "spot"),
                                ("max_abs_delta", "max_abs_delta"), ("premium", "premium")):
                mean = math.fsum(row[column] for row in rows) / PATHS
                self.close_to(found[key]["mean"], mean, 1e-12, key)
            for kind in ("spread", "fee"):
                mean = math.fsum(row["cost_" + kind] for row in rows) / PATHS
                self.close_to(found["cost"][kind]["mean"], mean, 1e-12, kind)
            for row in rows:
                self.close_to(row["error"], row["pnl"] + row["cost_total"], 1e-12, "error", 1.0)
            weights = [math.exp(-0.5 * (row["pnl"] - row["premium"])) for row in rows]
            price = math.log(math.fsum(weights) / PATHS) / 0.5
            self.close_to(found["entropic"]["price"], price, 1e-12, "price")
            self.close_to(found["entropic"]["certainty_equivalent"],
                          rows[0]["premium"] - price, 1e-10, "certainty equivalent", 1.0)

    def test_moment_matching_makes_the_mean_sharp(self):
        plain = self.mc("--paths", 1024)
        matched = self.mc("--paths", 1024, "--moment-matched")
        self.assertLess(matched["spot"]["se"], 0.5 * plain["spot"]["se"])
        pairs = self.mc("--paths", 1024, "--antithetic")
        self.assertLess(pairs["spot"]["se"], 0.7 * plain["spot"]["se"])

    def test_risk_aversion(self):
        named = self.mc("--paths", 64, "--risk-aversion", 2)["entropic"]
        self.assertEqual(named["risk_aversion"], 2)
        by_set = self.mc("--paths", 64, "--set", "risk_aversion=2")["entropic"]
        self.assertEqual(named, by_set)
        self.assertNotIn("entropic", self.mc("--paths", 64, "--set", "risk_aversion=0"))

    def test_until_se(self):
        found = self.mc("--until-se", 0.2, "--paths", 65536)
        self.assertTrue(found["until_se_reached"] and found["pnl"]["se"] <= 0.2)
        self.assertEqual(found["paths"], 4096)
        self.assertEqual(self.mc("--paths", 4096)["digest"], found["digest"])
        short = self.mc("--until-se", 1e-9, "--paths", 300)
        self.assertEqual((short["paths"], short["until_se_reached"]), (300, False))


    @unittest.skipIf(SANITIZED, "the sanitizer takes memory of its own")
    def test_sixteen_bytes_per_path(self):
        data = json.loads(json.dumps(STUDY))
        data["policy"] = {"script": "native:none"}
        data["feeds"][0]["synth"]["interval"] = "2d"
        path = self.write("short.json", data)

        def peak_bytes(paths):
            command = [REHEDGE, "mc", path, "--paths", str(paths), "--quiet", "--threads", "1"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=self.environment())
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            return usage.ru_maxrss * 1024

        # both fill a wave of 65,536 paths, so that only what grows differs
        self.assertLess(peak_bytes(300000) - peak_bytes(100000), 17 * 200000)


class Output(Study):
    def test_a_table_for_people(self):
        out = self.good("mc", self.scenario, "--paths", 256, "--quiet").out
        for words in ("ten days", "delta-band 1.0.0", "256 paths, seed 7, USD", "mean", "+-",
                      "P(loss)", "shortfall 95%", "99%", "fee", "trades", "hedging error",
                      "reservation price", "digest"):
            self.assertIn(words, out)
        self.assertNotIn("\033", out)

    def test_a_directory(self):
        printed = self.mc("--paths", 300, "--out", self.path("out"))
        self.assertLessEqual({"summary.json", "paths.csv"}, set(os.listdir(self.path("out"))))
        with open(self.path("out/summary.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), printed)
        self.assertEqual(len(rows_of(self.path("out/paths.csv"))), 300)
        self.refused(3, ["out", "exists"], "mc", self.scenario, "--out", self.path("out"))

    def test_progress(self):
        noisy = self.good("mc", self.scenario, "--paths", 64)
        self.assertRegex(noisy.err, r"mc: 100%  64 paths  .*/s")
        self.assertEqual(self.good("mc", self.scenario, "--paths", 64, "--quiet").err, "")

    def test_interrupted(self):
        command = [REHEDGE, "mc", self.scenario, "--paths", "10000000", "--quiet", "--json",
                   "--out", self.path("out"), "--csv", self.path("paths.csv")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.environment())
        time.sleep(8 if SANITIZED else 2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, err)
        found, rows = json.loads(out), rows_of(self.path("paths.csv"))
        self.assertRegex(err.decode(), rf"interrupted: these are the first {found['paths']} of "
                                       r"10000000 paths")
        self.assertEqual(found["status"], "interrupted")
        self.assertEqual([row["path"] for row in rows], list(range(found["paths"])))
        self.assertEqual(len(rows_of(self.path("out/paths.csv"))), found["paths"])
        self.assertEqual(self.mc("--paths", found["paths"])["digest"], found["digest"])

    @unittest.skipUnless(SHIM, "the build made no failing writes")
    def test_full_disks(self):
        for write in (1, 2, 3):
            result = self.rehedge("mc", self.scenario, "--paths", 1024, "--quiet", "--out",
                                  self.path("out"), "--csv", self.path("paths.csv"),
                                  env={"LD_PRELOAD": SHIM, "REHEDGE_FAIL_WRITE": str(write),
                                       "ASAN_OPTIONS": "verify_asan_link_order=0"})
            self.assertEqual(result.status, 1, result)
            self.assertRegex(result.err, r"No space left on device", result)
            self.assertFalse(os.path.exists(self.path("out")), result)
            for name in ("paths.csv", "out"):
                strays = [n for n in os.listdir(self.folder) if n.startswith(name + ".tmp")]
                self.assertEqual(strays, [])
            if os.path.exists(self.path("paths.csv")):
                os.remove(self.path("paths.csv"))

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_no_permission(self):
        os.mkdir(self.path("closed"), 0o500)
        for option in ("--out", "--csv"):
            result = self.rehedge("mc", self.scenario, "--paths", 8, option,
                                  self.path("closed/x"), "--quiet")
            self.assertEqual(result.status, 1, result)


class Refusals(Study):
    def test_numbers_without_sense(self):
        for words, arguments in (
                (["--paths", "found 0"], ["--paths", 0]),
                (["--paths", "-1"], ["--paths", "-1"]),
                (["--paths", "2147483648"], ["--paths", "3e9"]),
                (["--paths", "1.5"], ["--paths", "1.5"]),
                (["--until-se", "found 0"], ["--until-se", 0]),
                (["--until-se", "nan"], ["--until-se", "nan"]),
                (["--risk-aversion"], ["--risk-aversion", "-1"]),
                (["--method", "fastest"], ["--method", "quick"]),
                (["--threads", "256"], ["--threads", 257]),
                (["pairs", "12"], ["--antithetic", "--paths", 11]),
                (["blocks", "512"], ["--moment-matched", "--paths", 300]),
                (["--path"], ["--path", "-1"])):
            self.refused(2, words, "mc", self.scenario, "--quiet", *arguments)

    def test_scenarios_without_sense(self):
        self.refused(3, ["risk_aversion", "-2"], "mc", self.scenario, "--quiet", "--set",
                     "risk_aversion=-2")
        self.refused(3, ["generator"], "mc", "quickstart.json", "--quiet", "--paths", 10,
                     cwd=os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                      "../../examples"))
        self.refused(3, ["nowhere.json"], "mc", "nowhere.json", "--quiet")
        self.refused(3, ["no shipped policy"], "mc", self.scenario, "--quiet", "--policy", "nope")

    @unittest.skipIf(SANITIZED, "the sanitizer wants the whole address space")
    def test_more_paths_than_memory(self):
        result = self.refused(1, ["2147483648 paths", "34.4 GB"], "mc", self.scenario, "--quiet",
                              "--paths", 2 ** 31, prefix=("prlimit", "--as=8000000000"))
        self.assertIn("no memory", result)


class Deaths(Study):
    def setUp(self):
        super().setUp()
        self.write("dying.lua", DYING)
        data = json.loads(json.dumps(STUDY))
        data["policy"] = {"script": "dying.lua", "on_failure": "flatten"}
        self.scenario = self.write("dying.json", data)

    def test_a_policy_that_dies_on_some_paths(self):
        for threads in (1, 2):
            result = self.rehedge("mc", self.scenario, "--quiet", "--json", "--paths", 512,
                                  "--threads", threads, "--csv", self.path("paths.csv"))
            self.assertEqual(result.status, 4, result)
            found, rows = result.json(), rows_of(self.path("paths.csv"))
            dead = [int(row["path"]) for row in rows if row["killed"]]
            self.assertTrue(10 < len(dead) < 500, len(dead))
            self.assertEqual(found["status"], "policy_failed")
            self.assertEqual(found["killed"]["paths"], len(dead))
            self.assertEqual(found["killed"]["first_path"], dead[0])
            self.assertIn("too low", found["killed"]["message"])
            self.assertEqual((found["paths"], len(rows)), (512, 512))
            self.assertRegex(result.err, rf"died on {len(dead)} of 512 paths; on path {dead[0]} of "
                                         r"seed 7: .*too low")
            self.assertIn(f"--seed 7 --path {dead[0]}", result.err)
            self.assertTrue(all(math.isfinite(row["pnl"]) for row in rows))
        alone = self.rehedge("mc", self.scenario, "--path", dead[0])
        self.assertEqual(alone.status, 4, alone)
        self.assertIn("too low", alone.err)
        self.assertTrue(alone.out.split("\n")[1].startswith(f"{dead[0]},"))
        lives = next(int(row["path"]) for row in rows if not row["killed"])
        self.good("mc", self.scenario, "--path", lives)


class Compare(Study):
    def compare(self, *arguments, **options):
        return self.good("compare", self.scenario, "delta_band:band=0.1", "interval:every=1d",
                         "--quiet", *arguments, **options)

    def test_differences_are_paired(self):
        found = self.compare("--paths", 512, "--json").json()
        rows = {}
        for run in found["runs"]:
            self.mc("--paths", 512, "--policy", run["policy"], "--csv", self.path("paths.csv"))
            rows[run["label"]] = rows_of(self.path("paths.csv"))
        self.assertEqual([run["label"] for run in found["runs"]],
                         ["delta_band-band=0.1", "interval-every=1d", "no-hedge", "every-step",
                          "best-band"])
        self.assertEqual((found["kind"], found["baseline"]), ("compare", "delta_band-band=0.1"))
        base = rows[found["baseline"]]
        values = {}
        for run in found["runs"]:
            mine = rows[run["label"]]
            off = [row["pnl"] - other["pnl"] for row, other in zip(mine, base)]
            mean = math.fsum(off) / 512
            se = math.sqrt(math.fsum((x - mean) ** 2 for x in off) / 511 / 512)
            self.close_to(run["difference"]["mean"], mean, 1e-10, "difference", scale=1e-6)
            self.close_to(run["difference"]["se"], se, 1e-9, "its error", scale=1e-6)
            self.close_to(run["difference"]["high"], mean + 1.959963984540054 * se, 1e-9, "high",
                          scale=1e-6)
            error = [row["error"] for row in mine]
            center = math.fsum(error) / 512
            variance = math.fsum((x - center) ** 2 for x in error) / 511
            cost = math.fsum(row["cost_total"] for row in mine) / 512
            values[run["label"]] = cost + 1e-3 * variance
            self.close_to(run["objective"], values[run["label"]], 1e-10, "objective")
        best = min(values.values())
        runs_by_label = {run["label"]: run for run in found["runs"]}
        for run in found["runs"]:
            self.close_to(run["regret"], values[run["label"]] - best, 1e-9, "regret", scale=1e-3)
            smaller = sum(value < values[run["label"]] for value in values.values())
            self.assertEqual(run["place"], smaller + 1)
        # no constant band around does better, with these paths
        self.assertTrue(runs_by_label["best-band"]["policy"].startswith("native:delta_band:band="))
        band = float(runs_by_label["best-band"]["policy"].split("=")[1])
        for factor in (0.25, 0.7, 1.4, 4):
            other = self.mc("--paths", 512, "--policy", f"native:delta_band:band={band * factor}")
            value = other["cost"]["mean"] + 1e-3 * other["error"]["std"] ** 2
            self.assertGreater(value, values["best-band"] - 1e-12)
        digests = {run["label"]: run["digest"] for run in found["runs"]}
        alone = self.mc("--paths", 512, "--policy", "interval:every=1d")
        self.assertEqual(digests["interval-every=1d"], alone["digest"])

    def test_a_table_and_a_directory(self):
        out = self.compare("--paths", 256, "--objective", "certainty_equivalent", "--out",
                           self.path("out")).out
        for words in ("ten days", "256 paths", "no-hedge", "every-step", "regret", "+-",
                      "exponential utility"):
            self.assertIn(words, out)
        self.assertLessEqual(max(map(len, out.split("\n"))), 100)
        self.assertEqual(set(os.listdir(self.path("out"))) - {"report.html"},
                         {"compare.json", "delta_band-band=0.1", "interval-every=1d", "no-hedge",
                          "every-step", "best-band"})
        with open(self.path("out/no-hedge/summary.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["trades"]["mean"], 0)
        with open(self.path("out/compare.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["objective"], "certainty_equivalent")

    def test_threads_change_nothing(self):
        one = self.compare("--paths", 512, "--json", "--threads", 1, "--antithetic").out
        self.assertEqual(self.compare("--paths", 512, "--json", "--threads", 3,
                                      "--antithetic").out, one)

    def test_bad_input(self):
        base = ("compare", self.scenario, "delta_band", "--quiet")
        self.refused(2, ["objective", "es95"], *base, "--paths", 10, "--objective", "es59")
        self.refused(2, ["--lambda", "none"], *base, "--paths", 10, "--objective", "pnl",
                     "--lambda", 1)
        self.refused(2, ["--lambda", "-1"], *base, "--paths", 10, "--lambda", "-1")
        self.refused(2, ["--baseline"], *base, "--paths", 10, "--baseline", "nobody")
        self.refused(2, ["--paths"], *base, "--objective", "es95")
        self.refused(2, ["found 0"], *base, "--paths", 0)
        self.refused(2, ["risk-aversion"], *base, "--paths", 10, "--objective",
                     "certainty_equivalent", "--set", "risk_aversion=0")

    def test_a_policy_that_is_refused_stops_nobody(self):
        self.write("dying.lua", DYING)
        result = self.rehedge("compare", self.scenario, "delta_band:band=0.1", "no_such",
                              self.path("dying.lua"), "--quiet", "--json", "--paths", 256)
        self.assertEqual(result.status, 4, result)
        runs = {run["label"]: run for run in result.json()["runs"]}
        self.assertIn("no shipped policy", runs["no_such"]["refused"])
        self.assertGreater(runs["dying"]["killed"], 0)
        self.assertEqual(runs["every-step"]["killed"], 0)
        self.assertIn("too low", result.err)


class Sweep(Study):
    GRID = ("--grid", "band=0.02:0.2:4:log", "--policy", "delta_band", "--quiet", "--json")

    def sweep(self, *arguments):
        return self.good("sweep", self.scenario, *self.GRID, *arguments).json()

    def test_a_point_is_a_study(self):
        found = self.sweep("--paths", 300, "--objective", "es95", "--threads", 2)
        self.assertEqual(found, self.sweep("--paths", 300, "--objective", "es95", "--threads", 1))
        self.assertEqual(len(found["points"]), 4)
        for point in found["points"]:
            alone = self.mc("--paths", 300, "--policy",
                            f"delta_band:band={point['params']['band']}")
            self.assertEqual(point["objective"], alone["pnl"]["es95"])
            self.assertEqual(point["pnl"], alone["pnl"]["mean"])
            self.assertEqual(point["pnl_se"], alone["pnl"]["se"])
            self.assertEqual(point["error"], alone["error"]["std"])
            self.assertEqual(point["digest"], alone["digest"])

    def test_the_file_knows_its_paths(self):
        out = self.path("sweep.sqlite")
        first = self.sweep("--paths", 300, "--out", out)
        self.assertEqual(self.sweep("--paths", 300, "--out", out)["points"], first["points"])
        self.assertEqual(first["points"], self.sweep("--paths", 300)["points"])
        self.refused(3, ["paths"], "sweep", self.scenario, *self.GRID, "--paths", 301, "--out",
                     out)


if __name__ == "__main__":
    main()
