#!/usr/bin/env python3
"""`rehedge bench`: every figure is there and positive, a bench beside its own output has a ratio
for each, and what is no baseline is refused before anything is measured. No figure is judged."""
import json

from harness import Case, main


class Bench(Case):
    def test_figures_and_their_ratios(self):
        first = self.good("bench", "--json", "--quiet", "--events", "2000")
        file = self.write("before.json", first.out)
        told = self.good("bench", "--json", "--quiet", "--events", "2000", "--baseline",
                         file).json()
        names = [figure["name"] for figure in told["figures"]]
        self.assertEqual(names, [figure["name"] for figure in first.json()["figures"]])
        self.assertEqual(len(set(names)), len(names))
        for figure, before in zip(told["figures"], first.json()["figures"]):
            self.assertGreater(figure["per_s"], 0)
            self.assertLessEqual(figure["slowest_per_s"], figure["per_s"])
            self.assertLessEqual(figure["per_s"], figure["fastest_per_s"])
            self.close_to(figure["ratio"], figure["per_s"] / before["per_s"], 1e-12, "ratio")
        self.assertEqual(told["baseline"], told["machine"])

    def test_what_is_no_baseline(self):
        for content, words in (("{", ["before.json"]), ({"figures": []}, ["machine"]),
                               ({"machine": "x", "figures": [{"name": "y"}]}, ["per_s"]),
                               ({"machine": "x", "figures": [{"name": "y", "per_s": -1}]},
                                ["per_s"])):
            file = self.write("before.json", content if isinstance(content, str)
                              else json.dumps(content))
            self.refused(3, words, "bench", "--quiet", "--events", "2000", "--baseline", file)
        self.refused(3, ["missing.json"], "bench", "--quiet", "--baseline",
                     self.path("missing.json"))
        self.refused(2, ["--events"], "bench", "--events", "0")


if __name__ == "__main__":
    main()
