#!/usr/bin/env python3
"""Reports of real runs: the greeks and the band in the ledger are those that attribution and policy
used, several runs share a page, and a browser draws every figure without a complaint."""
import csv
import json
import math
import os
import re
import shutil
import subprocess
import unittest

from harness import Case, main, scenario

BROWSER = next((found for found in map(shutil.which, ("chromium", "chromium-browser",
                                                      "google-chrome")) if found), None)
YEAR_NS = 365 * 86400 * 10**9


def rows_of(folder):
    with open(os.path.join(folder, "ledger.csv"), encoding="utf-8", newline="") as file:
        return [{key: float(value) if value else None for key, value in row.items()}
                for row in csv.DictReader(file)]


def page_of(folder):
    with open(os.path.join(folder, "report.html"), encoding="utf-8") as file:
        return file.read()


class Report(Case):
    def run_out(self, name, policy, **changes):
        out = self.path(name)
        self.good("run", self.write("s.json", scenario(policy=policy, **changes)), "--quiet",
                  "--out", out)
        return out

    def test_greeks_of_the_ledger_are_what_attribution_starts_from(self):
        """Between two rows without a trade: gamma dS^2/2 and theta dt, from the earlier row."""
        rows = rows_of(self.run_out("none", {"script": "native:none"}))
        self.assertGreater(len(rows), 150)
        for before, row in zip(rows[:170], rows[1:170]):
            move = row["spot_BTC"] - before["spot_BTC"]
            gamma = row["attribution_gamma"] - before["attribution_gamma"]
            theta = row["attribution_theta"] - before["attribution_theta"]
            years = (row["time_ns"] - before["time_ns"]) / YEAR_NS
            self.close_to(gamma, before["gamma_BTC"] * move * move / 2, 1e-9, "gamma", 1)
            self.close_to(theta, before["theta_BTC"] * years, 1e-9, "theta", 1)
            self.assertLess(before["vega_BTC"], 0)
            self.assertTrue(math.isnan(row["band_lo"]))

    def test_the_band_of_the_ledger(self):
        rows = rows_of(self.run_out("band", {"script": "delta_band", "params": {"band": 0.25}}))
        self.assertEqual({(row["band_lo"], row["band_hi"]) for row in rows}, {(-0.25, 0.25)})
        quote = {"script": "delta_band", "params": {"band": 9000, "unit": "quote"}}
        for row in rows_of(self.run_out("quote", quote)):
            self.close_to(row["band_hi"], 9000 / row["spot_BTC"], 1e-3, "band in quote")
            self.assertEqual(row["band_lo"], -row["band_hi"])
        adaptive = rows_of(self.run_out("adaptive", {"script": "adaptive"}))
        self.assertGreater(len({row["band_hi"] for row in adaptive}), 10)

    def test_compare_writes_one_page_and_report_rebuilds_it(self):
        out = self.path("both")
        self.good("compare", self.write("s.json", scenario()), "interval:every=1h", "delta_band",
                  "--quiet", "--out", out)
        page = page_of(out)
        self.assertIn("5 policies side by side", page)
        self.assertEqual(sorted(os.listdir(out)), ["best-band", "compare.json", "delta_band",
                                                   "every-step", "interval-every=1h", "no-hedge",
                                                   "report.html"])
        ranked = "root of the summed squared changes"
        self.assertIn(ranked, page)
        runs = [os.path.join(out, name) for name in ("interval-every=1h", "delta_band")]
        combined = self.path("combined.html")
        self.good("report", *runs, "--out", combined, "--quiet")
        with open(combined, encoding="utf-8") as file:
            two = file.read()
        self.assertIn("2 policies side by side", two)
        self.assertNotIn(ranked, two)       # of runs alone, without a compare.json
        os.remove(os.path.join(out, "report.html"))
        self.good("report", out, "--quiet")
        again = page_of(out)
        self.assertIn("5 policies side by side", again)
        self.assertIn(ranked, again)
        self.good("report", *(os.path.join(out, name) for name in (
            "interval-every=1h", "delta_band")), "--out", combined, "--quiet")
        with open(combined, encoding="utf-8") as file:
            self.assertEqual(file.read(), two)      # the same order, the same bytes

    def test_bad_directories(self):
        os.mkdir(self.path("empty"))
        self.refused(3, ["summary.json"], "report", self.path("empty"))
        self.write("study/summary.json", '{"kind": "mc"}')
        self.refused(3, ["/pnl/mean"], "report", self.path("study"))
        self.write("sweep/summary.json", '{"kind": "sweep", "params": []}')
        self.refused(3, ["params"], "report", self.path("sweep"))

    # --- in a browser ------------------------------------------------------------------------

    def browse(self, page):
        """The document after its scripts have run, and what the console said."""
        command = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom",
                   "--enable-logging=stderr", "--virtual-time-budget=8000",
                   "--window-size=1200,9000",
                   "--user-data-dir=" + self.path("profile"), "file://" + page]
        process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 timeout=self.timeout_s, check=False)
        said = [line for line in process.stderr.decode("utf-8", "replace").split("\n")
                if "CONSOLE" in line]
        return process.stdout.decode("utf-8", "replace"), said

    def drawn(self, page):
        document, said = self.browse(page)
        self.assertEqual(said, [])
        figures = re.findall(r"<figure id=.*?</figure>", document, re.S)
        self.assertGreater(len(figures), 0)
        for figure in figures:
            self.assertIn("<canvas", figure.split("<details", 1)[0])
        return document, figures

    @unittest.skipUnless(BROWSER, "no Chromium here")
    def test_a_browser_draws_every_figure(self):
        policy = {"script": "delta_band", "params": {"band": 0.25}}
        run = self.run_out("run", policy)
        document, figures = self.drawn(os.path.join(run, "report.html"))
        self.assertEqual(len(figures), 10)
        for name in ("spot", "delta", "band, high", "options", "gamma", "vega", "theta"):
            self.assertRegex(document, r"<button[^>]*>(<i[^>]*></i>)?%s<b>" % re.escape(name))
        self.assertIn('id="theme"', document)

    @unittest.skipUnless(BROWSER, "no Chromium here")
    def test_a_browser_draws_studies_and_hostile_names(self):
        name = "</script><script>console.log(1)</script><img src=x onerror=console.log(2)>\u2028"
        histogram = {"edges": [-2, -1, 0, 1], "counts": [1, 2, 3], "below": 0, "above": 0}
        self.write("mc/summary.json", json.dumps({
            "kind": "mc", "scenario": name, "numeraire": name, "paths": 6,
            "policy": {"name": name, "params": {name: name}},
            "pnl": {"mean": 1, "se": 1, "std": 2, "histogram": histogram,
                    "quantiles": {"0.05": -2, "0.5": 0}}}))
        self.write("sweep/summary.json", json.dumps({
            "kind": "sweep", "params": [name], "objective": {"name": name},
            "points": [{"params": {name: k}, "cost": k, "error": 9 - k, "objective": k * k}
                       for k in range(5)]}))
        for kind, count in (("mc", 1), ("sweep", 2)):
            self.good("report", self.path(kind), "--quiet")
            _, figures = self.drawn(self.path(kind + "/report.html"))
            self.assertEqual(len(figures), count)


if __name__ == "__main__":
    main()
