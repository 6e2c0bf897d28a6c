#!/usr/bin/env python3
"""What a policy records ends up in the ledger's columns and in the report, and nowhere else."""
import csv
import os

from harness import Case, main, scenario

POLICY = """local n = 0
return rehedge.policy {
  api = 1, name = "%s", version = "1", series = { %s },
  wake = { every = "10m" },
  trigger = function(s, p)
    n = n + 1
    %s
    return s.delta > 0.25 or s.delta < -0.25
  end,
  scale = function(s) return -s.delta end,
}
"""
START_NS = 1736121660 * 10**9
NOTES = 'rehedge.record("calls", n) rehedge.record("gap", n % 2 == 0 and 0/0 or n / 4)'


class Series(Case):
    def ledger(self, policy, status=0, **changes):
        out = self.path("out%d" % len(os.listdir(self.folder)))
        result = self.rehedge("run", self.write("s.json", scenario(policy=policy, **changes)),
                              "--quiet", "--json", "--out", out)
        self.assertEqual(result.status, status, result)
        self.whole_run_folder(out)
        with open(os.path.join(out, "ledger.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with open(os.path.join(out, "report.html"), encoding="utf-8") as file:
            return rows, file.read(), result.json()["digest"]

    def test_the_last_value_at_each_row(self):
        self.write("a.lua", POLICY % ("a", '"calls", "gap"', NOTES))
        rows, page, digest = self.ledger({"script": "a.lua"})
        self.assertEqual(list(rows[0])[-2:], ["series_calls", "series_gap"])
        for row in rows:
            calls = (int(row["time_ns"]) - START_NS) // (600 * 10**9) + 1
            self.assertEqual(float(row["series_calls"]), calls)
            self.assertEqual(row["series_gap"], "" if calls % 2 == 0 else "%g" % (calls / 4))
        self.assertEqual(page.count("rehedge.record"), 2)
        self.assertIn("<h2>Recorded <i>calls", page)
        self.write("silent.lua", POLICY % ("a", "", ""))
        rows, page, silent = self.ledger({"script": "silent.lua"})
        self.assertEqual(silent, digest)
        self.assertNotIn("series_calls", rows[0])
        self.assertNotIn("rehedge.record", page)

    def test_columns_of_swaps_are_known_in_advance(self):
        self.write("a.lua", POLICY % ("a", '"calls"', 'rehedge.record("calls", n)'))
        self.write("b.lua", POLICY % ("b", '"more", "calls"', 'rehedge.record("more", -n)'))
        at = "2025-01-06T01:05:30Z"
        rows, _, _ = self.ledger({"script": "a.lua"}, swaps=[{"at": at, "script": "b.lua"}])
        self.assertEqual(list(rows[0])[-2:], ["series_calls", "series_more"])
        swapped = START_NS + 3870 * 10**9
        for row in rows:
            before = int(row["time_ns"]) < swapped
            self.assertEqual(row["series_calls"] != "", before, row["time_ns"])
            if before:
                self.assertEqual(row["series_more"], "")
        self.assertEqual(rows[-1]["series_more"][0], "-")

    def test_what_is_refused(self):
        path = self.write("s.json", scenario())
        for names, words in (
                ('"a", "a"', "named twice"), ('"=cmd()"', "letters, digits and _"),
                ('"<b>"', "letters, digits"), ('x = "a"', "list of at most 64"),
                ("3", "found a number"), (", ".join('"n%d"' % n for n in range(65)), "at most 64")):
            self.write("bad.lua", POLICY % ("bad", names, ""))
            self.refused(4, [r"bad\.lua:3", words], "run", path, "--quiet", "--policy",
                         self.path("bad.lua"))
        self.write("late.lua", POLICY % ("late", '"band"', 'rehedge.record("bnad", 1)'))
        result = self.rehedge("run", path, "--quiet", "--policy", self.path("late.lua"))
        self.assertEqual(result.status, 4)
        self.assertIn("undeclared series 'bnad'; did you mean 'band'?", result.err)
        self.write("a.lua", POLICY % ("a", '"calls"', ""))
        self.refused(4, ["trigger and scale both record", "calls"], "run", path, "--quiet",
                     "--policy", f"trigger={self.path('a.lua')},scale={self.path('a.lua')}")

    def test_sixty_four_of_them(self):
        names = ["n%d" % n for n in range(64)]
        notes = " ".join(f'rehedge.record("{name}", {n})' for n, name in enumerate(names))
        self.write("a.lua", POLICY % ("a", ", ".join(f'"{n}"' for n in names), notes))
        rows, page, _ = self.ledger({"script": "a.lua"})
        for n, name in enumerate(names):
            self.assertEqual(float(rows[-1]["series_" + name]), n)
        self.assertEqual(page.count("rehedge.record"), 64)


if __name__ == "__main__":
    main()
