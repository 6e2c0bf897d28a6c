#!/usr/bin/env python3
"""`rehedge sweep`: a point is the run of its params, a killed sweep goes on where it was, the
frontier and the walk-forward mean what they say, and nonsense is refused before hours of work."""
import json
import os
import signal
import sqlite3
import subprocess
import time

from harness import Case, REHEDGE, main, scenario

GRID = ("--grid", "band=0.1:0.7:4", "--grid", "to=edge,centre")


class Sweep(Case):
    def setUp(self):
        super().setUp()
        self.scenario = self.write("s.json", scenario())

    def sweep(self, *arguments, **options):
        return self.good("sweep", self.scenario, "--json", "--quiet", *arguments, **options).json()

    def rows(self, name, query):
        database = sqlite3.connect(self.path(name))
        self.addCleanup(database.close)
        return database.execute(query).fetchall()

    def test_a_point_is_the_run_of_its_params(self):
        told = self.sweep(*GRID)
        self.assertEqual(len(told["points"]), 8)
        self.assertEqual(told["params"], ["band", "to"])
        for point in told["points"]:
            band, to = point["params"]["band"], point["params"]["to"]
            run = self.run_json(scenario(policy={"script": "delta_band",
                                                 "params": {"band": band, "to": to}}))
            self.assertEqual(point["digest"], run["digest"])
            self.assertEqual(point["pnl"], run["pnl"]["total"])
            self.assertEqual(point["cost"], run["cost"]["total"])
            self.assertEqual(point["error"], run["hedging"]["error"])
            self.close_to(point["objective"], point["cost"] + 1e-3 * point["error"] ** 2, 1e-12,
                          "objective")

    def test_the_error_of_a_run_is_that_of_its_ledger(self):
        self.good("run", self.scenario, "--quiet", "--out", self.path("out"))
        summary, _ = self.whole_run_folder(self.path("out"))
        with open(self.path("out/ledger.csv"), encoding="utf-8") as file:
            names = file.readline().strip().split(",")
            rows = [dict(zip(names, map(float, line.split(",")))) for line in file]
        costs = [name for name in names if name.startswith("attribution_cost")
                 or name == "attribution.cost"]
        self.assertEqual(len(costs), 1, names)
        gross = [row["equity"] - row[costs[0]] for row in rows]
        total = sum((after - before) ** 2 for before, after in zip(gross, gross[1:]))
        self.close_to(summary["hedging"]["error"], total ** 0.5, 1e-9, "error")

    def test_the_frontier_is_what_nothing_beats(self):
        points = self.sweep(*GRID)["points"]
        for point in points:
            beaten = any(other["cost"] <= point["cost"] and other["error"] <= point["error"] and
                         (other["cost"], other["error"]) != (point["cost"], point["error"])
                         for other in points)
            self.assertEqual(point["frontier"], not beaten, point)

    def test_values_of_grids(self):
        told = self.sweep("--grid", "band=0.1:10:3:log")
        for point, value in zip(told["points"], (0.1, 1.0, 10.0)):
            self.close_to(point["params"]["band"], value, 1e-15, "log grid")
        self.assertEqual(told["points"][-1]["params"]["band"], 10)
        told = self.sweep("--grid", "band=0.1:0.5", "--grid", "to=edge,centre", "--random", "16")
        self.assertEqual(len({p["params"]["band"] for p in told["points"]}), 16)
        self.assertEqual({p["params"]["to"] for p in told["points"]}, {"edge", "centre"})

    def test_random_points_are_the_same_every_time(self):
        first = self.sweep("--grid", "band=0.1:0.5:log", "--random", "6")
        again = self.sweep("--grid", "band=0.1:0.5:log", "--random", "6", "--threads", "1")
        self.assertEqual(first["points"], again["points"])
        self.assertTrue(all(0.1 < p["params"]["band"] < 0.5 for p in first["points"]))

    def test_people_query_the_file(self):
        told = self.sweep(*GRID, "--out", self.path("r.sqlite"))
        rows = self.rows("r.sqlite", "SELECT param_band, param_to, cost, error, cost_fee, status "
                                     "FROM point ORDER BY cost LIMIT 1")
        best = min(told["points"], key=lambda point: point["cost"])
        self.assertEqual(rows[0][:4], (best["params"]["band"], best["params"]["to"], best["cost"],
                                       best["error"]))
        self.assertEqual(rows[0][5], "ok")

    def test_a_killed_sweep_goes_on(self):
        big = ("--grid", "band=0.01:1:400", "--threads", "1")
        whole = self.sweep(*big)
        process = subprocess.Popen([REHEDGE, "sweep", self.scenario, *big, "--quiet", "--out",
                                    self.path("r.sqlite")], stdout=subprocess.DEVNULL,
                                   env=self.environment())
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if os.path.exists(self.path("r.sqlite")) and self.count("r.sqlite") >= 12:
                process.send_signal(signal.SIGKILL)
            time.sleep(0.005)
        process.wait()
        self.assertEqual(process.returncode, -signal.SIGKILL, "it was done before it was killed")
        kept = self.count("r.sqlite")
        self.assertLess(kept, 400)
        told = self.sweep(*big, "--out", self.path("r.sqlite"))
        self.assertEqual(told["points"], whole["points"])
        self.assertEqual((told["resumed"], told["computed"]), (kept, 400 - kept))
        more = self.sweep("--grid", "band=0.01:1:2", "--out", self.path("r.sqlite"))
        self.assertEqual((more["resumed"], more["computed"]), (2, 0))

    def count(self, name):
        try:
            return self.rows(name, "SELECT count(*) FROM point")[0][0]
        except sqlite3.Error:
            return 0

    def test_walk_forward_judges_on_the_next_window(self):
        told = self.sweep("--grid", "band=0.1:1:4", "--walk-forward", "1h:30m", "--lambda", "0.01",
                          "--out", self.path("r.sqlite"))
        windows = told["walk_forward"]
        self.assertEqual([w["judge_from"] for w in windows],
                         ["2025-01-06T01:01:00Z", "2025-01-06T01:31:00Z", "2025-01-06T02:01:00Z",
                          "2025-01-06T02:31:00Z"])
        for number, window in enumerate(windows):
            fits = [p for p in told["points"] if p["window"] == number]
            best = min(fits, key=lambda point: point["objective"])
            self.assertEqual(window["params"], best["params"])
            run = self.good("run", self.scenario, "--json", "--quiet",
                            "--set", f"policy.band={best['params']['band']}",
                            "--from", window["judge_from"], "--to", window["judge_to"]).json()
            self.assertEqual(window["digest"], run["digest"])

    def test_another_sweep_is_not_mixed_in(self):
        self.sweep(*GRID, "--out", self.path("r.sqlite"))
        file = self.path("r.sqlite")
        before = self.rows("r.sqlite", "SELECT * FROM point")
        for change in (("--policy", "adaptive", "--grid", "band=0.1:1:3"),
                       (*GRID, "--seed", "8"), ("--grid", "band=0.1:1:3"),
                       (*GRID, "--walk-forward", "1h:1h")):
            self.refused(3, ["another sweep", "r.sqlite"], "sweep", self.scenario, "--quiet",
                         "--out", file, *change)
        self.write("s.json", scenario(portfolio__0__qty=-5))
        self.refused(3, ["another sweep", "scenario"], "sweep", self.scenario, "--quiet", "--out",
                     file, *GRID)
        self.assertEqual(self.rows("r.sqlite", "SELECT * FROM point"), before)

    def test_files_that_are_no_sweep(self):
        self.write("text.sqlite", "this is not a database, whatever its name says\n" * 40)
        self.refused(3, ["text.sqlite", "not a database"], "sweep", self.scenario, "--quiet",
                     *GRID, "--out", self.path("text.sqlite"))
        other = sqlite3.connect(self.path("other.sqlite"))
        other.execute("CREATE TABLE precious (x)")
        other.commit()
        other.close()
        self.refused(3, ["other.sqlite", "not one of this kind"], "sweep", self.scenario,
                     "--quiet", *GRID, "--out", self.path("other.sqlite"))
        self.assertEqual(self.rows("other.sqlite", "SELECT name FROM sqlite_master"),
                         [("precious",)])
        self.refused(1, ["missing/r.sqlite"], "sweep", self.scenario, "--quiet", *GRID, "--out",
                     self.path("missing/r.sqlite"))

    def test_nonsense_is_refused(self):
        for grid, words in (("band", ["NAME=VALUES"]), ("band=", ["words"]),
                            ("band=1:2", ["COUNT"]), ("band=2:1:5", ["below"]),
                            ("band=0:1:5:log", ["above 0"]), ("band=0.1:1:1", ["COUNT"]),
                            ("band=0.1:1:5:lag", ["log"]), ("band=0.1:1:1e9", ["COUNT"]),
                            ("band=nan:1:5", ["finite"]), ("to=edge,,centre", ["words"]),
                            ("to=edge,edge", ["once"]), ("=1:2:3", ["NAME=VALUES"]),
                            ("band=0.1:1:100000", None)):
            if words:
                self.refused(2, words, "sweep", self.scenario, "--quiet", "--grid", grid)
        self.refused(2, ["more than 100000"], "sweep", self.scenario, "--quiet", "--grid",
                     "band=0.1:1:100000", "--grid", "to=edge,centre")
        self.refused(3, ["bnd", "did you mean", "band"], "sweep", self.scenario, "--quiet",
                     "--grid", "bnd=0.1:1:3")
        self.refused(3, ["band"], "sweep", self.scenario, "--quiet", "--grid", "band=-1:1:3")
        self.refused(2, ["varied twice"], "sweep", self.scenario, "--quiet", "--grid",
                     "band=0.1:1:3", "--grid", "band=0.2:1:3")
        self.refused(2, ["needs --paths"], "sweep", self.scenario, "--quiet", *GRID,
                     "--objective", "es95")
        self.refused(2, ["did you mean", "cost_variance"], "sweep", self.scenario, "--quiet",
                     *GRID, "--objective", "cost_varianc")
        self.refused(2, ["walk-forward", "durations"], "sweep", self.scenario, "--quiet", *GRID,
                     "--walk-forward", "1h")
        self.refused(2, ["room for 0 windows"], "sweep", self.scenario, "--quiet", *GRID,
                     "--walk-forward", "30d:30d")
        self.refused(2, ["--grid"], "sweep", self.scenario, "--quiet")

    def test_a_point_that_dies_is_a_result(self):
        self.write("frail.lua", """return rehedge.policy {
  api = 1, name = "frail", version = "1.0.0", params = { band = { default = 0.25, min = 0 } },
  trigger = function(s, p) if p.band > 0.5 then error("too wide") end
    return s.delta > p.band end,
  scale = function(s) return -s.delta end }""")
        self.scenario = self.write("s.json", scenario(policy={"script": "frail.lua"}))
        told = self.sweep("--grid", "band=0.2:0.8:4", "--out", self.path("r.sqlite"))
        self.assertEqual([p["status"] for p in told["points"]], ["ok", "ok", "killed", "killed"])
        self.assertEqual(told["best"]["status"], "ok")
        again = self.sweep("--grid", "band=0.2:0.8:4", "--out", self.path("r.sqlite"))
        self.assertEqual(again["points"], told["points"])
        self.assertEqual(again["computed"], 0)

    def test_a_full_disk_loses_nothing_that_was_kept(self):
        big = ("--grid", "band=0.01:1:200", "--threads", "1")
        file = self.path("r.sqlite")
        small = ("bash", "-c", "ulimit -f 48; exec \"$0\" \"$@\"")
        self.refused(1, ["r.sqlite", "full|disk I/O"], "sweep", self.scenario, "--quiet", *big,
                     "--out", file, prefix=small)
        kept = self.count("r.sqlite")
        self.assertGreater(kept, 4)
        told = self.sweep(*big, "--out", file)
        self.assertEqual((told["resumed"], told["computed"]), (kept, 200 - kept))
        self.assertEqual(told["points"], self.sweep(*big)["points"])


if __name__ == "__main__":
    main()
