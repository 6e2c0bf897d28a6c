#!/usr/bin/env python3
"""A policy of two scripts, one that says when and one that says how much: what crosses between
them, whose params and state are whose, what a swap of one part leaves alone, and what is refused.
"""
from harness import Case, main, scenario

WHEN = """return rehedge.policy {
  api = 1, name = "when", version = "1.0.0",
  params = { band = { default = 0.25, min = 0 } },
  wake = { delta_beyond = "band" },
  trigger = function(s, p) return true, -p.band, p.band end,
}
"""
HOW_MUCH = """return rehedge.policy {
  api = 1, name = "how-much", version = "2.0.0",
  params = { share = { default = 1, min = 0, max = 1 } },
  scale = function(s, p, f, lo, hi) return p.share * rehedge.to_edge(s.delta, lo, hi) end,
}
"""
COUNTING = """local st = rehedge.state { calls = 0 }
return rehedge.policy {
  api = 1, name = "%s", version = "%s",
  %s = function(s, p, f, lo, hi)
    st.calls = st.calls + 1
    rehedge.log("%s call " .. tostring(st.calls) .. " " .. tostring(lo) .. " " .. tostring(hi))
    return %s
  end,
}
"""
AT = "2025-01-06T01:00:00Z"


class Parts(Case):
    def setUp(self):
        super().setUp()
        self.write("when.lua", WHEN)
        self.write("much.lua", HOW_MUCH)
        self.write("wake.lua", COUNTING % ("tick", "1.0.0", "trigger", "tick", "true"))
        self.write("one.lua", COUNTING % ("one", "1.0.0", "scale", "one", "-s.delta"))
        self.write("two.lua", COUNTING % ("two", "1.0.0", "scale", "two", "-s.delta"))
        self.write("one2.lua", COUNTING % ("one", "2.0.0", "scale", "one2", "-s.delta"))

    def pair(self, trigger="when.lua", scale="much.lua", **more):
        return scenario(policy=dict(trigger=trigger, scale=scale, **more))

    def journal_of(self, data, status=0):
        result = self.rehedge("run", self.write("s.json", data), "--quiet", "--json", "--out",
                              self.path("out"))
        self.assertEqual(result.status, status, result)
        summary, journal = self.whole_run_folder(self.path("out"))
        return summary, [(line["kind"], line["text"]) for line in journal]

    def test_two_halves_make_the_whole(self):
        whole = self.run_json(scenario())
        halves = self.run_json(self.pair())
        for key in ("pnl", "cost", "hedging"):
            self.assertEqual(halves[key], whole[key])
        self.assertGreater(halves["hedging"]["fills"], 0)
        self.assertEqual(halves["policy"]["name"], "when + how-much")
        self.assertEqual(halves["policy"]["trigger"]["version"], "1.0.0")
        self.assertEqual(halves["policy"]["params"], {"trigger.band": 0.25, "scale.share": 1})
        self.assertEqual(len(halves["inputs"]["scripts"]), 2)
        # a script that gives both may serve as one part
        for spec in ("trigger=delta_band,scale=much.lua", "scale=delta_band,trigger=when.lua",
                     "trigger=native:delta_band,scale=native:delta_band"):
            mixed = self.run_json(scenario(), "--policy", spec, *(
                ["--set", "policy.trigger.band=0.25"] if "when" not in spec else []))
            self.assertEqual(mixed["pnl"], whole["pnl"], spec)

    def test_params_go_to_the_part_that_declares_them(self):
        wanted = self.run_json(self.pair(trigger_params={"band": 0.4}, scale_params={"share": 0.5}))
        self.assertNotEqual(wanted["digest"], self.run_json(self.pair())["digest"])
        shared = self.run_json(self.pair(params={"band": 0.4, "share": 0.5}))
        self.assertEqual(shared["digest"], wanted["digest"])
        line = self.run_json(scenario(), "--policy",
                             "trigger=when.lua:band=0.4,scale=much.lua:share=0.5")
        self.assertEqual(line["digest"], wanted["digest"])
        sets = self.run_json(self.pair(), "--set", "policy.band=0.4", "--set",
                             "policy.scale.share=0.5")
        self.assertEqual(sets["digest"], wanted["digest"])

    def test_what_is_refused(self):
        path = self.write("s.json", self.pair())
        run = ["run", path, "--quiet", "--policy"]
        self.refused(4, ["when gives no scale", "trade alone"], *run, "when.lua")
        self.refused(4, ["how-much gives no trigger"], *run, "much.lua")
        self.refused(4, ["how-much gives no trigger"], *run, "trigger=much.lua,scale=much.lua")
        self.refused(2, ["scale is missing"], *run, "trigger=when.lua")
        self.refused(2, ["given twice"], *run, "trigger=when.lua,trigger=when.lua")
        self.refused(3, ["both have this param", "policy.trigger.band"], *run,
                     "trigger=when.lua,scale=delta_band", "--set", "policy.band=1")
        self.refused(3, ["/policy/params/bnd", 'did you mean "band"'], "run", path, "--quiet",
                     "--set", "policy.bnd=1")
        self.refused(3, ["trigger_params", "share"], "run", path, "--quiet", "--set",
                     "policy.trigger.share=1")
        for policy, words in (
                ({"trigger": "when.lua"}, ["needs both parts", "scale"]),
                ({"script": "delta_band", "scale": "much.lua"}, ["script", "trigger"]),
                ({"script": "delta_band", "scale_params": {}}, ["scale_params"])):
            bad = self.write("bad.json", scenario(policy=policy))
            self.refused(3, ["/policy", *words], "run", bad, "--quiet")

    def test_an_absent_band_is_zero(self):
        data = self.pair("wake.lua", "one.lua")
        _, journal = self.journal_of(data)
        self.assertIn(("log", "one call 1 0.0 0.0"), journal)
        self.assertIn(("log", "tick call 1 nil nil"), journal)

    def swap(self, policy, **swap):
        return scenario(policy=policy, swaps=[dict(at=AT, **swap)])

    def test_a_swap_of_one_part_leaves_the_other(self):
        pair = {"trigger": "wake.lua", "scale": "one.lua"}
        summary, journal = self.journal_of(self.swap(pair, scale="one2.lua"))
        self.assertIn(("swap", "scale one 2.0.0 replaces one, orders kept"), journal)
        self.assertEqual([s["part"] for s in summary["swaps"]], ["scale"])
        said = [text for kind, text in journal if kind == "log"]
        calls = [t.split()[0] + t.split()[2] for t in said if t.startswith("tick")]
        self.assertEqual(calls, [f"tick{n + 1}" for n in range(len(calls))])
        ones = [t.split() for t in said if t.startswith("one")]
        self.assertEqual([int(t[2]) for t in ones], list(range(1, len(ones) + 1)))
        self.assertEqual({t[0] for t in ones}, {"one", "one2"})     # by name, the state went on

    def test_state_stays_with_its_part(self):
        pair = {"trigger": "wake.lua", "scale": "one.lua"}
        _, journal = self.journal_of(self.swap(pair, scale="two.lua"))
        self.assertIn(("log", "two call 1 0.0 0.0"), journal)

    def test_half_of_a_whole_may_be_replaced(self):
        whole = {"script": "delta_band", "params": {"band": 0.25}}
        same = self.run_json(scenario())
        summary, journal = self.journal_of(self.swap(whole, scale="much.lua"))
        self.assertEqual(summary["pnl"], same["pnl"])
        self.assertIn(("swap", "scale how-much 2.0.0 replaces delta-band, orders kept"), journal)
        other = self.run_json(self.swap(whole, trigger="when.lua", trigger_params={"band": 0.25}))
        self.assertEqual(other["hedging"]["turnover"], same["hedging"]["turnover"])
        back = self.run_json(scenario(policy={"trigger": "when.lua", "scale": "much.lua"}, swaps=[
            {"at": AT, "script": "delta_band", "params": {"band": 0.25}}]))
        self.assertEqual(back["pnl"], same["pnl"])

    def test_a_refused_swap_of_a_part_changes_nothing(self):
        pair = {"trigger": "when.lua", "scale": "much.lua"}
        before = self.run_json(self.pair())
        summary, journal = self.journal_of(self.swap(pair, trigger="much.lua"), status=4)
        self.assertEqual(summary["digest"], before["digest"])
        self.assertIn("swap_refused", dict(journal))
        self.write("bad.lua", "return 1")
        both = self.swap(pair, trigger="wake.lua", scale="bad.lua")
        result = self.rehedge("run", self.write("s.json", both), "--quiet", "--json")
        self.assertEqual((result.status, result.json()["digest"]), (4, before["digest"]))

    def test_a_killed_part_ends_the_policy_and_one_part_revives_nothing(self):
        self.write("die.lua", COUNTING % ("die", "1", "scale", "die", "-s.delta / 0 * 0"))
        dies = self.pair("when.lua", "die.lua")
        dies["swaps"] = [{"at": AT, "scale": "much.lua"}]
        summary, journal = self.journal_of(dies, status=4)
        self.assertRegex(dict(journal)["kill"], r"die\.lua:4: scale returned")
        self.assertRegex(dict(journal)["swap_refused"], "no policy is live")
        self.assertEqual(summary["hedging"]["fills"], 0)

    def test_parts_draw_different_numbers(self):
        draw = "rehedge.log(tostring(rehedge.rng(1):uniform()))\n"
        self.write("when.lua", draw + WHEN)
        self.write("much.lua", draw + HOW_MUCH)
        _, journal = self.journal_of(self.pair())
        drawn = [text for kind, text in journal if kind == "log"]
        self.assertEqual((len(drawn), len(set(drawn))), (2, 2))

    def test_compare_takes_pairs(self):
        path = self.write("s.json", scenario())
        table = self.good("compare", path, "delta_band:band=0.25", "--json", "--quiet",
                          "trigger=when.lua,scale=much.lua",
                          "trigger=when.lua:band=0.4,scale=much.lua:share=0.5").json()
        self.assertEqual([run["label"] for run in table["runs"]],
                         ["delta_band-band=0.25", "when+much", "when-band=0.4+much-share=0.5"])
        self.assertEqual(table["runs"][0]["pnl"], table["runs"][1]["pnl"])


if __name__ == "__main__":
    main()
