#!/usr/bin/env python3
"""run --swap, rerun and fork as a person uses them: what a run directory keeps is enough to have
the run again to the last bit; what has changed since is refused by name; a branch is the run with a
swap; and a swap that is refused changes nothing.
"""
import hashlib
import json
import os
import shutil
import tempfile

from harness import Case, main, scenario

ODD = """local st = rehedge.state { n = 0 }
return rehedge.policy { api = 1, name = "odd", version = "1",
  params = { band = { default = 0.5, min = 0 } },
  trigger = function(s, p) st.n = st.n + 1; return math.abs(s.delta) > p.band end,
  scale = function(s) return -s.delta end }
"""


class Rerun(Case):
    def run_out(self, name, data, *arguments, status=0):
        result = self.rehedge("run", self.write("scenario.json", data), "--quiet", "--json",
                              "--out", self.path(name), *arguments)
        self.assertEqual(result.status, status, result)
        return result.json()

    def rerun(self, name, *arguments):
        result = self.good("rerun", self.path(name), "--quiet", "--json", *arguments).json()
        self.assertTrue(result["same"])
        self.assertEqual(result["digest"], result["recorded"])
        return result["digest"]

    def test_a_directory_is_enough(self):
        self.write("odd.lua", ODD)
        data = scenario(vars={"band": 0.4}, policy__params={"band": "$band"},
                        swaps=[{"at": "2025-01-06T01:00:00Z", "script": "odd.lua"}])
        first = self.run_out("a", data, "--set", "band=0.3", "--seed", "99",
                             "--swap", "2h=native:interval:every=10m",
                             "--swap", "2025-01-06T01:30:00Z=trigger=adaptive:band=0.2")
        os.remove(self.path("scenario.json"))
        os.remove(self.path("odd.lua"))
        self.assertEqual(self.rerun("a"), first["digest"])
        copies = os.listdir(self.path("a/scripts"))
        self.assertEqual(len(copies), 3)        # delta_band, odd, adaptive
        for name in copies:
            with open(self.path("a/scripts/" + name), "rb") as file:
                self.assertEqual(hashlib.sha256(file.read()).hexdigest() + ".lua", name)
        said = self.good("rerun", self.path("a"), "--quiet").out
        self.assertIn("the same digest", said)
        with open(self.path("a/journal.jsonl"), encoding="utf-8") as file:
            swaps = [line for line in map(json.loads, file) if line["kind"] == "swap"]
        self.assertEqual([line["part"] for line in swaps], ["policy", "trigger", "policy"])
        self.assertEqual(len(swaps[0]["old_sha256"]), 64)
        self.assertGreater(swaps[0]["gas"], 0)
        self.assertGreater(swaps[0]["tried_on"], 0)
        self.assertGreater(swaps[1]["state_bytes"], 0)      # odd's, handed to adaptive

    def test_a_swap_from_the_command_line_is_one_of_the_scenario(self):
        written = self.run_json(scenario(swaps=[{"at": "2025-01-06T01:01:00Z",
                                                 "script": "adaptive", "params": {"band": 0.4}}]))
        given = self.run_json(scenario(), "--swap", "1h=adaptive:band=0.4")
        self.assertEqual(given["digest"], written["digest"])
        path = self.write("scenario.json", scenario())
        for swap, words in (("1h", ["TIME=POLICY"]), ("=x", ["TIME=POLICY"]),
                            ("soon=delta_band", ["a time such as"]),
                            ("2030-01-01=delta_band", ["inside the clock"]),
                            ("99h=delta_band", ["inside the clock"])):
            self.refused(2, words, "run", path, "--quiet", "--swap", swap)
        self.refused(3, ["unknown param"], "run", path, "--quiet", "--swap",
                     "1h=delta_band:bandd=1")
        self.refused(3, ["no shipped policy"], "run", path, "--quiet", "--swap", "1h=delta_bandd")

    def test_the_path_of_a_generated_market_is_an_input(self):
        data = scenario(feeds=[{"instrument": "BTC-SPOT", "synth": {
            "model": "gbm", "spot": 45000, "vol": 0.9}}])
        path = self.write("scenario.json", data)
        first = self.good("run", path, "--json", "--quiet").json()
        second = self.good("run", path, "--path", "4294967295", "--out", self.path("p"), "--json",
                           "--quiet").json()
        self.assertEqual((first["path"], second["path"]), (0, 4294967295))
        self.assertNotEqual(first["digest"], second["digest"])
        self.assertEqual(first["digest"], self.good(
            "run", path, "--path", "0", "--json", "--quiet").json()["digest"])
        self.assertEqual(self.rerun("p"), second["digest"])
        for bad in ("-1", "4294967296", "1.5"):
            self.refused(2, ["--path", "integer"], "run", path, "--path", bad)

    def test_a_refused_swap_leaves_no_trace_but_its_exit_status(self):
        self.write("bad.lua", ODD.replace("st.n + 1", "st.n + nil"))
        plain = self.run_json(scenario())
        tried = self.run_out("t", scenario(), "--swap", "1h=bad.lua", status=4)
        self.assertEqual(tried["digest"], plain["digest"])
        self.assertRegex(tried["swaps"][0]["reason"], r"tried on the wake of .*bad\.lua:4")
        result = self.rehedge("rerun", self.path("t"), "--quiet")
        self.assertEqual(result.status, 0, result)      # the same run, the same refusal

    def test_what_has_changed_is_refused(self):
        self.run_out("a", scenario())
        self.run_out("b", scenario())
        with open(self.path("bars.json"), encoding="utf-8") as file:
            rows = json.load(file)
        saved = json.dumps(rows)
        rows[100][4] += 0.01
        self.write("bars.json", rows)
        self.refused(3, ["BTC-SPOT", "bars.json", "has changed since the run", "hash was"],
                     "rerun", self.path("a"), "--quiet")
        self.write("bars.json", saved)
        self.rerun("a")
        copy = os.listdir(self.path("b/scripts"))[0]
        with open(self.path("b/scripts/" + copy), "a", encoding="utf-8") as file:
            file.write("-- mine\n")
        self.refused(3, ["the copy has been changed"], "rerun", self.path("b"), "--quiet")
        self.refused(3, ["inputs.json"], "rerun", self.path("nothing"), "--quiet")
        # A digest that is not reached is said with both, and is no success.
        with open(self.path("a/summary.json"), encoding="utf-8") as file:
            summary = file.read()
        digest = json.loads(summary)["digest"]
        self.write("a/summary.json", summary.replace(digest, "0" * 32))
        result = self.rehedge("rerun", self.path("a"), "--quiet")
        self.assertEqual(result.status, 1, result)
        self.assertIn(digest, result.out)
        self.assertIn("0" * 32, result.out)

    def elsewhere(self, name):
        """A folder that is neither below the working folder nor beside the run directory."""
        folder = tempfile.mkdtemp(prefix="rehedge-else-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return os.path.join(folder, name)

    def test_data_is_read_where_the_person_allows_it(self):
        self.run_out("a", scenario())
        moved, work = self.elsewhere("a"), self.elsewhere("")
        shutil.copytree(self.path("a"), moved)
        self.refused(3, ["neither below this folder nor beside the run directory", "--allow DIR",
                         "--data DIR"], "rerun", moved, "--quiet", cwd=work)
        self.good("rerun", moved, "--quiet", "--allow", self.folder, cwd=work)
        self.good("rerun", moved, "--quiet")            # the working folder holds the data
        self.good("rerun", self.path("a"), "--quiet", cwd=work)     # beside the run directory
        new = os.path.join(work, "new")
        os.mkdir(new)
        os.rename(self.path("bars.json"), os.path.join(new, "bars.json"))
        self.refused(3, ["bars.json"], "rerun", moved, "--quiet", "--allow", self.folder, cwd=work)
        self.good("rerun", moved, "--quiet", "--data", new, cwd=work)
        with open(os.path.join(new, "bars.json"), "a", encoding="utf-8") as file:
            file.write(" ")
        self.refused(3, ["has changed since the run"], "rerun", moved, "--quiet", "--data", new,
                     cwd=work)

    def hostile(self, name, scenario_changes=None, inputs_changes=None):
        """A stranger's directory: that of a run, with what he wrote into it."""
        if not os.path.exists(self.path("honest")):
            self.run_out("honest", scenario())
        shutil.copytree(self.path("honest"), self.path(name))
        for file, changes in (("scenario.json", scenario_changes),
                              ("inputs.json", inputs_changes)):
            with open(self.path(f"{name}/{file}"), encoding="utf-8") as opened:
                data = json.load(opened)
            if changes:
                changes(data)
            self.write(f"{name}/{file}", data)
        return self.path(name)

    def test_no_file_is_parsed_before_its_hash_is_known(self):
        self.write("secret.csv", "user,hunter2,password\n1,hunter2,3\n")
        self.write("secret.lua", "local hunter2 = = nil\n")
        link = self.hostile("link")
        os.remove(link + "/scenario.json")
        os.symlink(self.path("secret.csv"), link + "/scenario.json")

        def as_feed(data):
            data["feeds"][0].update(file="secret.csv", format="csv", map="time=0,price=1")

        def as_trades(data):
            data["portfolio"].append({"file": "secret.csv"})

        def as_script(data):
            data["policy"]["script"] = "secret.lua"

        def as_tape(data):
            data["feeds"][0].update(file="secret.csv", format="tape")

        def listed(data):
            data["data"].append({"name": "t", "path": "secret.csv", "hash": "0" * 64,
                                 "content": ""})
        attempts = [link, self.hostile("feed", as_feed), self.hostile("trades", as_trades, listed),
                    self.hostile("unlisted", as_trades), self.hostile("script", as_script),
                    self.hostile("tape", as_tape)]
        for attempt in attempts:
            result = self.rehedge("rerun", attempt, "--quiet")
            self.assertEqual(result.status, 3, result)
            self.assertNotIn("hunter2", result.err + result.out)
            self.assertNotIn(hashlib.sha256(b"user,hunter2,password\n1,hunter2,3\n").hexdigest(),
                             result.err)

    def test_a_pipe_in_the_place_of_a_file_is_refused(self):
        """A pipe that nobody writes to would be read for ever."""
        for name in ("journal.jsonl", "inputs.json", "scenario.json", "summary.json",
                     "ledger.csv", "fills.csv"):
            folder = self.hostile("pipe-" + name)
            os.remove(f"{folder}/{name}")
            os.mkfifo(f"{folder}/{name}")
            if not name.endswith(".csv"):
                self.refused(3, [name, "not a regular file"], "rerun", folder, "--quiet")
            if name not in ("inputs.json", "scenario.json"):
                self.refused(3, [name, "not a regular file"], "report", folder)

    def test_trust_comes_from_the_command_line_alone(self):
        script = ODD.replace("local st", "local word = ('a b'):match('%a')\nlocal st", 1)
        mine, other = self.write("mine.lua", script), self.write("other.lua", ODD)
        data = scenario(policy={"script": "mine.lua"})
        self.run_out("t", data, "--trusted")
        self.refused(3, ["trusted its scripts", "--trusted POLICY", "scripts"], "rerun",
                     self.path("t"), "--quiet")
        self.rerun("t", "--trusted", mine)
        self.refused(3, ["other.lua", "no script of this run"], "rerun", self.path("t"), "--quiet",
                     "--trusted", other)
        # The directory says that nothing was trusted, or that its script is the person's own.
        for name, was_trusted in (("quiet", False), ("loud", True)):
            shutil.copytree(self.path("t"), self.path(name))
            with open(self.path(name + "/inputs.json"), encoding="utf-8") as file:
                inputs = json.load(file)
            inputs["trusted"] = was_trusted
            self.write(name + "/inputs.json", inputs)
        result = self.rehedge("rerun", self.path("quiet"), "--quiet")
        self.assertEqual(result.status, 4, result)
        self.assertIn("string.match is not available", result.err)
        # Trusting one of two scripts does not trust the other, which says "own" of itself.
        self.run_out("two", dict(data, swaps=[{"at": "2025-01-06T01:00:00Z",
                                               "script": "other.lua"}]), "--trusted")
        result = self.rehedge("rerun", self.path("two"), "--quiet", "--trusted", other)
        self.assertEqual(result.status, 4, result)
        self.assertIn("string.match is not available", result.err)
        self.rerun("two", "--trusted", other, "--trusted", mine)

    def test_client_trades_are_an_input_too(self):
        self.write("trades.csv", "time,instrument,qty,price\n2025-01-06T00:30:00Z,BTC-SPOT,1,\n")
        data = scenario()
        data["portfolio"].append({"file": "trades.csv"})
        self.run_out("a", data)
        self.rerun("a")
        self.write("trades.csv", "time,instrument,qty,price\n2025-01-06T00:30:00Z,BTC-SPOT,2,\n")
        self.refused(3, ["trades.csv", "has changed"], "rerun", self.path("a"), "--quiet")


class Fork(Case):
    def test_a_branch_is_the_run_with_a_swap(self):
        self.write("odd.lua", ODD)
        path = self.write("scenario.json", scenario())
        policies = ["odd.lua:band=0.1", "adaptive:band=0.4", "native:interval", "scale=twap"]
        result = self.good("fork", path, "--at", "90m", *policies, "--quiet", "--json", "--out",
                           self.path("f")).json()
        folders = sorted(os.listdir(self.path("f")))
        self.assertEqual(len(folders), 4, folders)      # and nothing of the run before the fork
        for policy, branch in zip(policies, result["runs"]):
            alone = self.good("run", path, "--swap", "90m=" + policy, "--quiet", "--json", "--out",
                              self.path("alone")).json()
            self.assertEqual(branch["digest"], alone["digest"])
            for name in ("fills.csv", "ledger.csv", "journal.jsonl", "scenario.json"):
                with open(self.path("alone/" + name), "rb") as file:
                    ours = file.read()
                with open(os.path.join(self.path("f"), branch["label"], name), "rb") as file:
                    self.assertEqual(file.read(), ours, name)
            os.rename(self.path("alone"), self.path("alone-" + branch["label"]))
            self.good("rerun", os.path.join(self.path("f"), branch["label"]), "--quiet")
        table = self.good("fork", path, "--at", "2025-01-06T01:31:00Z", *policies, "--quiet").out
        self.assertIn(result["runs"][0]["digest"][:12], table)

    def test_each_branch_has_its_own_columns(self):
        for name, series in (("first", '"a"'), ("second", '"b", "c"'), ("again", '"a", "d"')):
            self.write(name + ".lua", ODD.replace(
                'version = "1",', f'version = "1", series = {{ {series} }},').replace(
                'return math.abs', f'rehedge.record({series[:3]}, st.n) return math.abs'))
        path = self.write("scenario.json", scenario(policy={"script": "first.lua"}))
        self.good("fork", path, "--at", "90m", "second.lua", "again.lua", "native:none", "--quiet",
                  "--out", self.path("f"))
        for name in ("second.lua", "again.lua", "native:none"):
            self.good("run", path, "--swap", "90m=" + name, "--quiet", "--out", self.path("alone"))
            label = [folder for folder in os.listdir(self.path("f")) if name.split(":")[-1].split(
                ".")[0] in folder][0]
            with open(self.path("alone/ledger.csv"), "rb") as ours:
                with open(self.path(f"f/{label}/ledger.csv"), "rb") as theirs:
                    self.assertEqual(ours.read(), theirs.read(), name)
            shutil.rmtree(self.path("alone"))

    def test_a_branch_that_fails_stops_nobody(self):
        self.write("bad.lua", ODD.replace("st.n + 1", "st.n + nil"))
        path = self.write("scenario.json", scenario())
        result = self.rehedge("fork", path, "--at", "1h", "adaptive", "bad.lua", "--quiet",
                              "--json")
        self.assertEqual(result.status, 4, result)
        good, bad = result.json()["runs"]
        self.assertNotIn("error", good)
        self.assertRegex(bad["error"], "tried on the wake")
        plain = self.good("run", path, "--quiet", "--json").json()
        self.assertEqual(bad["digest"], plain["digest"])
        self.refused(2, ["--at"], "fork", path, "adaptive", "--quiet")
        self.refused(2, ["inside the clock"], "fork", path, "--at", "99h", "adaptive", "--quiet")
        self.refused(3, ["no shipped policy"], "fork", path, "--at", "1h", "adaptve", "--quiet")


if __name__ == "__main__":
    main()
