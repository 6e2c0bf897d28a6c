#!/usr/bin/env python3
"""Same inputs, same digest; other inputs, another digest. The digest ignores how results are shown
and where the files lie, and sees one ulp of one price or param. The literal digest of the sample
run is in digest.txt (digests.py compares whole programs with it)."""
import json
import math
import os
import shutil
import unittest

import digests
from harness import ALL, SAMPLE, Case, SHIPPED, bars, main, scenario


class Determinism(Case):
    def digest(self, data, *arguments, **options):
        return self.run_json(data, *arguments, **options)["digest"]

    def test_repeated_runs(self):
        for script in SHIPPED:
            data = scenario(policy={"script": script})
            seen = {self.digest(data) for _ in range(3)}
            self.assertEqual(len(seen), 1, script)

    def test_presentation_does_not_matter(self):
        path = self.write("scenario.json", scenario())
        expected = self.digest(path)
        self.assertEqual(self.digest(path, "--out", self.path("out")), expected)
        summary, _ = self.whole_run_folder(self.path("out"))
        self.assertEqual(summary["digest"], expected)
        self.assertIn(expected[:8], self.good("run", path).out)
        result = self.good("run", path, "--json")
        self.assertEqual(result.json()["digest"], expected)
        data = scenario(name="another name")
        self.assertEqual(self.digest(data), expected)
        path = self.write("scenario.json", "// a comment\n" + json.dumps(data))
        self.assertEqual(self.digest(path), expected)

    def test_place_and_environment_do_not_matter(self):
        path = self.write("scenario.json", scenario())
        expected = self.digest(path)
        os.mkdir(self.path("elsewhere"))
        for name in ("scenario.json", "bars.json"):
            shutil.copy(self.path(name), self.path("elsewhere"))
        self.assertEqual(self.digest(self.path("elsewhere/scenario.json")), expected)
        self.assertEqual(self.digest("elsewhere/scenario.json"), expected)
        for env in ({"LC_ALL": "de_DE.UTF-8"}, {"LANG": "tr_TR.UTF-8"}, {"TZ": "Asia/Tokyo"},
                    {"REHEDGE_CACHE": self.path("other-cache")}, {"MALLOC_PERTURB_": "165"},
                    {"REHEDGE_ISA": "baseline"}):
            self.assertEqual(self.digest(path, env=env), expected, env)

    def test_the_cache_may_be_missing_or_damaged(self):
        path = self.write("scenario.json", scenario())
        expected = self.digest(path)
        for folder, _, names in os.walk(self.path("cache")):
            for name in names:
                with open(os.path.join(folder, name), "r+b") as file:
                    file.seek(100)
                    file.write(b"damage")
        self.assertEqual(self.digest(path), expected)
        self.write("file", "not a folder")
        self.assertEqual(self.digest(path, env={"REHEDGE_CACHE": self.path("file")}), expected)

    def test_compare_gives_the_digest_of_run(self):
        path = self.write("scenario.json", scenario())
        for threads in (1, 2):
            runs = self.good("compare", path, *SHIPPED, "--json", "--quiet", "--threads",
                             threads).json()["runs"]
            self.assertEqual(len(runs), len(SHIPPED))
            for script, run in zip(SHIPPED, runs):
                alone = self.digest(path, "--policy", script)
                self.assertEqual(run["digest"], alone, script)

    def test_one_ulp_of_one_price(self):
        expected = self.digest(scenario())
        rows = bars()
        rows[100][4] = math.nextafter(rows[100][4], math.inf)
        rows[100][2] = max(rows[100][2], rows[100][4])
        self.write("bars.json", json.dumps(rows))
        self.assertNotEqual(self.digest(scenario()), expected)

    def test_one_ulp_of_one_param(self):
        expected = self.digest(scenario())
        band = math.nextafter(0.25, 1)
        self.assertNotEqual(self.digest(scenario(policy__params={"band": band})), expected)
        self.assertNotEqual(self.digest(scenario(), "--set", f"policy.band={band!r}"), expected)
        self.assertEqual(self.digest(scenario(policy__params={}), "--set", "policy.band=0.25"),
                         expected)

    def test_what_the_digest_covers(self):
        expected = self.digest(scenario())
        others = [scenario(portfolio__0__qty=-9), scenario(clock__ledger="5m"),
                  scenario(clock__to="2025-01-06T03:31:00Z"), scenario(venues__perp__taker_bps=4),
                  scenario(assets__BTC__vol__mark__sigma=0.91),
                  scenario(policy__params={"band": 0.25, "to": "centre"})]
        seen = {self.digest(data) for data in others}
        self.assertEqual(len(seen), len(others))
        self.assertNotIn(expected, seen)

    def test_swaps_are_covered_and_repeat(self):
        data = scenario(swaps=[{"at": "2025-01-06T01:00:00Z", "script": "interval",
                                "params": {"every": "10m"}, "orders": "keep"}])
        first = self.digest(data)
        self.assertEqual(self.digest(data), first)
        self.assertNotEqual(first, self.digest(scenario()))

    def test_the_committed_digest(self):
        if not os.path.exists(SAMPLE):
            self.skipTest("no bundled sample")
        expected = digests.committed()
        self.assertEqual(digests.digest_of(os.environ.get("REHEDGE", digests.DEFAULT)), expected)

    @unittest.skipUnless(ALL, "twenty processes: --all")
    def test_many_processes(self):
        data = scenario(policy={"script": "adaptive"})
        self.assertEqual(len({self.digest(data) for _ in range(20)}), 1)


if __name__ == "__main__":
    main()
