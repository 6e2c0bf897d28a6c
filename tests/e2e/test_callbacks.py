#!/usr/bin/env python3
"""What a policy is told, against what the run says happened: every fill and rejection once, when it
can be known and before the trigger of that time; expiries; its timer; and that it cannot trade."""
import csv
import math
import shutil

from harness import Case, main, scenario

POLICY = """local function say(what, s, a, b, c)
  rehedge.log(table.concat({ what, tostring(s.time), tostring(a), tostring(b), tostring(c) }, " "))
end
return rehedge.policy {
  api = 1, name = "told", version = "1.0.0", params = { band = 0.25 },
  wake = { %s },
  trigger = function(s, p)
    say("trigger", s, s.position, s.pending)
    %s
    return s.delta > p.band or s.delta < -p.band
  end,
  scale = function(s) return -s.delta end,
  %s
}
"""
ALL = """on_fill = function(s, p, fill)
    say("fill", s, fill.order, fill.qty, fill.fee)
    say("left", s, fill.remaining, fill.instrument, s.position)
  end,
  on_reject = function(s, p, order) say("reject", s, order.order, order.qty, order.reason) end,
  on_expiry = function(s, p, option)
    say("expiry", s, option.kind, option.qty, option.strike)
    say("paid", s, option.paid, option.expiry, s.expiry_in)
  end,
  on_timer = function(s, p) say("timer", s) end,"""


class Callbacks(Case):
    def run_with(self, callbacks=ALL, wake='delta_beyond = "band", on = { "fill", "expiry" }',
                 trigger="", status=0, **changes):
        self.write("told.lua", POLICY % (wake, trigger, callbacks))
        path = self.write("s.json", scenario(policy={"script": "told.lua"}, **changes))
        result = self.rehedge("run", path, "--quiet", "--json", "--out", self.path("out"))
        self.assertEqual(result.status, status, result)
        summary, journal = self.whole_run_folder(self.path("out"))
        said = [(line["time_ns"], *line["text"].split()) for line in journal
                if line["kind"] == "log"]
        return summary, journal, said

    def fills(self):
        with open(self.path("out/fills.csv"), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_every_fill_is_told_when_it_is_reported(self):
        summary, _, said = self.run_with()
        told = [line for line in said if line[1] == "fill"]
        fills = self.fills()
        self.assertEqual(len(told), summary["hedging"]["fills"])
        self.assertGreater(len(told), 3)
        for line, fill in zip(told, fills):
            self.assertEqual(line[3], fill["order"])
            self.assertEqual(float(line[4]), float(fill["qty"]))
            self.assertEqual(line[0], int(fill["time_ns"]))         # report_ms is 0
            self.assertEqual(line[2], str(line[0]))
        self.close_to(math.fsum(float(line[5]) for line in told), summary["cost"]["fee"], 1e-12,
                      "fees")
        left = [line for line in said if line[1] == "left"]
        position = 0.0
        for line, fill in zip(left, told):
            position += float(fill[4])
            self.assertEqual((float(line[3]), line[4]), (0.0, "BTC-PERP"))
            self.assertAlmostEqual(float(line[5]), position, places=9)

    def test_a_fill_is_told_before_the_trigger_of_its_time_and_late_when_reports_are(self):
        _, _, said = self.run_with(venues__perp__report_ms=250)
        fills = {int(fill["order"]): int(fill["time_ns"]) for fill in self.fills()}
        for at, line in enumerate(said):
            if line[1] != "fill":
                continue
            self.assertEqual(line[0], fills[int(line[3])] + 250_000_000)
            self.assertEqual([said[at + 2][0], said[at + 2][1]], [line[0], "trigger"])
            self.assertEqual(float(said[at + 2][4]), 0.0)
        known = [line[0] for line in said]
        self.assertEqual(known, sorted(known))

    def test_guards_and_their_names(self):
        summary, _, said = self.run_with(guards={"max_order_qty": 0.5})
        rejected = [line for line in said if line[1] == "reject"]
        self.assertEqual(len(rejected), summary["hedging"]["rejected"])
        self.assertGreater(len(rejected), 0)
        self.assertEqual({line[5] for line in rejected}, {"max_order_qty"})
        self.assertTrue(all(abs(float(line[4])) > 0.5 for line in rejected))

    def test_expiries_come_with_what_they_paid(self):
        summary, journal, said = self.run_with()
        expiries = [line for line in said if line[1] == "expiry"]
        self.assertEqual(sorted(line[3] for line in expiries), ["call", "put"])
        self.assertTrue(all(float(line[4]) == -10 and float(line[5]) == 45000
                            for line in expiries))
        paid = [float(line[3]) for line in said if line[1] == "paid"]
        settled = next(line["text"] for line in journal if line["kind"] == "settlement")
        market = float(settled.split(" settles at ")[1].split(",")[0])
        self.assertEqual(sorted(paid), sorted([max(market - 45000, 0), max(45000 - market, 0)]))
        at = next(n for n, line in enumerate(said) if line[1] == "expiry")
        self.assertEqual([line[1] for line in said[at:at + 5]],
                         ["expiry", "paid", "expiry", "paid", "trigger"])
        self.assertEqual(summary["status"], "done")

    def test_the_timer_of_the_script(self):
        _, _, said = self.run_with(wake='every = "1h"', trigger="s:wake_in('90s')")
        timers = [line[0] for line in said if line[1] == "timer"]
        triggers = [line[0] for line in said if line[1] == "trigger"]
        self.assertGreater(len(timers), 3)
        self.assertTrue(set(timers) <= set(triggers))
        for timer in timers:
            self.assertIn(timer - 90_000_000_000, triggers)
        kinds = [line[1] for line in said if line[0] == timers[0]]
        self.assertEqual(kinds[:2], ["timer", "trigger"])

    def test_a_callback_cannot_trade_and_its_faults_are_kills(self):
        for body, words in (
                ("return -s.delta", r"told\.lua:\d+: on_fill returned a number: a callback"),
                ("local x = nil + 1", r"told\.lua:\d+: attempt to perform arithmetic"),
                ("while true do end", r"told\.lua:\d+: instruction limit")):
            _, journal, _ = self.run_with(f"on_fill = function(s, p, fill) {body} end", status=4)
            self.assertRegex({line["kind"]: line["text"] for line in journal}["kill"], words)
            shutil.rmtree(self.path("out"))

    def test_taking_notes_changes_nothing(self):
        silent = self.run_with("")[0]["digest"]
        shutil.rmtree(self.path("out"))
        self.assertEqual(self.run_with()[0]["digest"], silent)

    def test_a_rejection_may_kill_while_orders_are_sent(self):
        _, journal, _ = self.run_with("on_reject = function() error('no') end", status=4,
                                      guards={"max_order_qty": 0.5})
        self.assertRegex({line["kind"]: line["text"] for line in journal}["kill"], "no")

    def test_views_and_features_end_with_the_call(self):
        script = """local kept
return rehedge.policy {
  api = 1, name = "x", version = "1", features = { vol = { "realized_vol", window = "5m" } },
  trigger = function(s, p, f) kept = f return true end,
  scale = function(s) return -s.delta end,
  on_fill = function(s, p, fill) return kept.vol end,
}
"""
        self.write("x.lua", script)
        result = self.rehedge("run", self.write("s.json", scenario()), "--quiet", "--policy",
                              self.path("x.lua"))
        self.assertEqual(result.status, 4, result)
        self.assertRegex(result.err, "features are only valid inside trigger and scale")


if __name__ == "__main__":
    main()
