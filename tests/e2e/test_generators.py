#!/usr/bin/env python3
"""Generators in a scenario: every model runs, to one digest and its rerun, and is the tape that
`rehedge synth` writes; a bootstrap's file is an input like any other."""
import json
import os

from harness import SAMPLE, Case, bars, main, scenario

MODELS = {
    "kou": {"vol": 0.8, "jump_intensity": 2000, "jump_up": 0.4, "jump_up_mean": 0.01,
            "jump_down_mean": 0.01},
    "bates": {"v0": 0.5, "kappa": 4, "theta": 0.5, "xi": 1.5, "rho": -0.6, "jump_intensity": 2000,
              "jump_mean": -0.001, "jump_vol": 0.01},
    "garch": {"vol": 0.8, "alpha": 0.1, "beta": 0.85},
    "regime": {"vols": [0.4, 1.2], "rates": [[0, 3000], [9000, 0]]},
    "bootstrap": {"file": "prices.json", "format": "binance-klines", "mean_block": 30},
}


def generated(model):
    keys = dict(MODELS[model], model=model, spot=45000)
    return scenario(feeds=[{"instrument": "BTC-SPOT", "synth": keys}])


class Generators(Case):
    def setUp(self):
        super().setUp()
        self.write("prices.json", json.dumps(bars()))

    def test_each_model_runs_and_is_repeated(self):
        for model in MODELS:
            with self.subTest(model=model):
                path, out = self.write("s.json", generated(model)), self.path("out-" + model)
                first = self.run_json(path, "--out", out)
                self.assertEqual(first["events"], 210)
                self.assertGreater(first["hedging"]["fills"], 0)
                again = self.good("rerun", out, "--quiet", "--json").json()
                self.assertEqual(again["digest"], first["digest"])
                other = self.run_json(path, "--seed", "8")
                self.assertNotEqual(other["digest"], first["digest"])

    def test_the_tape_of_synth_is_the_feed_of_a_run(self):
        for model, keys in MODELS.items():
            with self.subTest(model=model):
                told = []
                for key, value in keys.items():
                    value = self.path(value) if key == "file" else value
                    told += ["--" + key.replace("_", "-"),
                             value if isinstance(value, str) else json.dumps(value)]
                tape = self.path(model + ".tape")
                said = self.rehedge("synth", model, *told, "--spot", "45000", "--seed", "7",
                                    "--from", "2025-01-06T00:01:00Z", "--to",
                                    "2025-01-06T03:30:00Z", "-o", tape, "--quiet")
                self.assertEqual(said.status, 0, said)
                data = generated(model)
                run = self.run_json(data)
                data["feeds"] = [{"instrument": "BTC-SPOT", "file": model + ".tape"}]
                self.assertEqual(self.run_json(data)["digest"], run["digest"])

    def test_the_file_of_a_bootstrap_is_an_input(self):
        summary = self.run_json(generated("bootstrap"))
        self.assertEqual(list(summary["inputs"]["tapes"]), ["BTC-SPOT"])

    def test_a_rerun_wants_the_file_of_the_run(self):
        out = self.path("out")
        self.run_json(generated("bootstrap"), "--out", out)
        self.write("prices.json", json.dumps(bars(seed=2)))
        self.refused(3, ["prices.json"], "rerun", out, "--quiet")

    def test_refusals(self):
        data = generated("bootstrap")
        synth = data["feeds"][0]["synth"]
        for change, words in (({"file": "absent.json"}, ["/feeds/0/synth", "absent.json"]),
                              ({"file": "../prices.json"}, ["/feeds/0/synth", "--allow"]),
                              ({"file": SAMPLE, "format": "tape"}, ["/feeds/0/synth", "--allow"]),
                              ({"format": "binance"}, ["/feeds/0/synth", "binance-klines"]),
                              ({"mean_block": 0}, ["/feeds/0/synth/mean_block"]),
                              ({"interval": "5m"}, ["/feeds/0/synth", "bar"])):
            with self.subTest(change=change):
                data["feeds"][0]["synth"] = dict(synth, **change)
                self.refused(3, words, "run", self.write("s.json", data), "--quiet")
        self.refused(3, ["--vols", "line 1"], "synth", "regime", "--vols", "[0.4,1.2", "--rates",
                     "[[0,1],[1,0]]", "--spot", "1", "--from", "2025-01-01", "--to", "2025-01-02",
                     "-o", self.path("x.tape"))
        self.assertFalse(os.path.exists(self.path("x.tape")))


if __name__ == "__main__":
    main()
