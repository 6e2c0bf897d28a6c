#!/usr/bin/env python3
"""What a policy can ask beside fields (assets, live orders, routes), orders that name a venue or
another order: each compared with what the run then does."""
import csv
import os

from harness import Case, main, scenario

POLICY = """local st = rehedge.state { n = 0 }
local function say(...)
  local words = { ... }
  for i = 1, #words do words[i] = tostring(words[i]) end
  rehedge.log(table.concat(words, " "))
end
return rehedge.policy {
  api = 1, name = "asks", version = "1", %s
  wake = { every = "10m" },
  trigger = function(s, p) st.n = st.n + 1 return true end,
  scale = function(s, p)
    %s
  end,
}
"""


class View(Case):
    def play(self, body, more="", status=0, **changes):
        self.write("asks.lua", POLICY % (more, body))
        name = self.path("out%d" % len(os.listdir(self.folder)))
        path = self.write("s.json", scenario(policy={"script": "asks.lua"}, **changes))
        result = self.rehedge("run", path, "--quiet", "--json", "--out", name)
        self.assertEqual(result.status, status, result)
        summary, journal = self.whole_run_folder(name)
        with open(name + "/fills.csv", encoding="utf-8", newline="") as file:
            fills = list(csv.DictReader(file))
        return summary, [(line["kind"], line["text"]) for line in journal], fills

    def said(self, journal):
        return [text.split() for kind, text in journal if kind == "log"]

    def killed(self, body, words, **changes):
        _, journal, fills = self.play(body, status=4, **changes)
        self.assertRegex(dict(journal)["kill"], words)
        return fills

    def test_the_view_of_the_own_asset_is_the_view(self):
        names = ("spot delta delta_filled gross_delta gamma vega theta iv position pending age "
                 "expiry_in cash since_hedge oracle base_fee time").split()
        checks = " ".join(f'assert(a.{name} == s.{name}, "{name}")' for name in names)
        _, journal, _ = self.play(f'local a = s:asset("BTC") {checks} '
                                  'assert(a == s:asset("BTC")) return -s.delta')
        self.assertNotIn("kill", dict(journal))

    def test_what_is_refused_of_an_asset(self):
        self.killed('return s:asset("BTX").delta', "there is no asset 'BTX'; did you mean 'BTC'")
        self.killed('return s:asset("BTC").dleta', "no field 'dleta'; did you mean 'delta'")
        self.killed('s:asset("BTC").delta = 1', "read-only")
        self.killed('return s.asset("BTC")', "called with a colon")
        _, journal, _ = self.play('if st.n == 2 then return kept.delta end kept = s:asset("BTC") '
                                  'return 0')
        self.assertNotIn("kill", dict(journal))         # in a later call it answers again

    def test_a_route_is_what_the_fill_then_costs(self):
        two = {"perp": {"kind": "book", "spread_bps": 1, "taker_bps": 5},
               "spot": {"kind": "book", "spread_bps": 4, "taker_bps": 10}}
        instruments = {"BTC-SPOT": {"kind": "spot", "asset": "BTC", "venue": "spot", "lot": 0.01},
                       "BTC-PERP": {"kind": "perp", "asset": "BTC", "settle": "USD",
                                    "venue": "perp", "lot": 0.001}}
        _, journal, fills = self.play("""local lines = s:route(-s.delta)
    for _, line in ipairs(lines) do
      say(line.instrument, line.venue, line.units, line.qty, line.mid, line.price, line.cost)
    end
    say("cost", s:cost(-s.delta))
    return { qty = -s.delta, instrument = st.n % 2 == 0 and "BTC-SPOT" or "BTC-PERP" }""",
                                     venues=two, instruments=instruments,
                                     hedge=["BTC-PERP", "BTC-SPOT"])
        said = self.said(journal)
        self.assertGreater(len(fills), 5)
        at = 0
        for n, fill in enumerate(fills):
            lines = {}
            while said[at][0] != "cost":
                lines[said[at][0]] = said[at][1:]
                at += 1
            at += 1
            venue, units, qty, mid, price, cost = lines[fill["instrument"]]
            self.assertEqual(venue, "spot" if n % 2 else "perp")
            self.assertEqual(float(units), float(fill["qty"]))
            self.assertEqual(float(qty), float(fill["qty"]))
            self.assertEqual(float(mid), float(fill["mid_decision"]))
            self.assertEqual(float(price), float(fill["price"]))
            paid = float(fill["spread"]) + float(fill["depth"]) + float(fill["fee"])
            self.close_to(float(cost), paid, 1e-12, "cost")

    LIMIT = '{ qty = 0.5, kind = "limit", limit = s.spot * 0.5 }'

    def test_live_orders_are_listed_and_cancelled_by_number(self):
        summary, journal, fills = self.play(f"""if st.n <= 3 then return {self.LIMIT} end
    local live = s:orders()
    say(st.n, #live, s.pending)
    for _, o in ipairs(live) do
      say("live", o.order, o.instrument, o.qty, o.remaining, o.limit > 0, o.cancelling)
    end
    if st.n == 4 then return {{ cancel = live[2].order }} end
    if st.n == 5 then return {{ cancel = "all" }} end""")
        said = self.said(journal)
        self.assertEqual([line for line in said if line[0] == "live"][:3],
                         [["live", str(n), "BTC-PERP", "0.5", "0.5", "true", "false"]
                          for n in (1, 2, 3)])
        counts = {line[0]: line[1:] for line in said if line[0] != "live"}
        self.assertEqual(counts["4"], ["3", "1.5"])
        self.assertEqual(counts["5"], ["2", "1.0"])
        self.assertEqual(counts["6"], ["0", "0.0"])
        self.assertEqual((summary["hedging"]["cancelled"], fills), (3, []))

    def test_replace_is_a_cancel_and_an_order(self):
        summary, journal, fills = self.play(f"""if st.n == 1 then return {self.LIMIT} end
    local live = s:orders()
    say(st.n, #live, #live > 0 and live[1].order)
    if st.n == 2 then return {{ replace = live[1].order, qty = 0.25 }} end""")
        self.assertEqual(summary["hedging"]["cancelled"], 1)
        self.assertEqual([float(fill["qty"]) for fill in fills], [0.25])
        self.assertEqual(self.said(journal)[:2], [["2", "1", "1"], ["3", "0", "false"]])

    def test_numbers_of_orders_that_are_not_live(self):
        first = f"if st.n == 1 then return {self.LIMIT} end "
        for body, words in (
                ("return { cancel = 7 }", r"scale returned a malformed order: cancel: order 7 is "
                 "not live"),
                ("return { replace = 1.5, qty = 1 }", "replace: expected the number"),
                ("return { cancel = 0 }", 'cancel: expected "all" or the number'),
                ("return { cancel = -1 }", "cancel: expected"),
                (first + "return { replace = 1 }", "qty: missing"),
                (first + 'return { replace = 1, cancel = "all", qty = 1 }', "not together"),
                ("if st.n == 1 then return 0.5 end return { cancel = 1 }", "order 1 is not live")):
            fills = self.killed(body, words)
            self.assertLessEqual(len(fills), 1)

    def test_an_order_may_name_its_venue(self):
        two = {"perp": {"kind": "ideal"}, "spot": {"kind": "ideal"}}
        instruments = {"BTC-SPOT": {"kind": "spot", "asset": "BTC", "venue": "spot"},
                       "BTC-PERP": {"kind": "perp", "asset": "BTC", "venue": "perp"}}
        both = {"venues": two, "instruments": instruments, "hedge": ["BTC-PERP", "BTC-SPOT"]}
        _, _, fills = self.play('if st.n > 2 then return end '
                                'return { qty = 1, venue = st.n == 1 and "spot" or "perp" }',
                                **both)
        self.assertEqual([fill["instrument"] for fill in fills], ["BTC-SPOT", "BTC-PERP"])
        self.killed('return { qty = 1, venue = "sopt" }', "venue: no hedge instrument trades at "
                    "'sopt'; did you mean 'spot'", **both)
        self.killed('return { qty = 1, venue = "spot", instrument = "BTC-PERP" }',
                    "venue: 'BTC-PERP' does not trade at 'spot'", **both)


if __name__ == "__main__":
    main()
