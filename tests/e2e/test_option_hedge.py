#!/usr/bin/env python3
"""Options as hedge instruments: units and signs against the independent formulas, what is known and
what is, spreads in vol, fees on the underlying, settlement, guards, and what is refused."""
import csv
import json
import math
import os
import sys

from harness import ROOT, Case, bars, main, scenario

sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))
import finance  # noqa: E402
import scenario as times  # noqa: E402

EXPIRY = "2025-01-06T03:00:00Z"
CALL = {"kind": "option", "option": "call", "asset": "BTC", "strike": 45000, "expiry": EXPIRY,
        "venue": "options", "lot": 0.1}
LATER = dict(CALL, expiry="2025-01-08T08:00:00Z")
IDEAL = {"kind": "ideal"}
OPTIONS = {"kind": "book", "spread_vol": 0.02, "taker_bps": 3, "fee_on": "underlying",
           "fee_cap": 0.125}

ONCE = """
local st = rehedge.state { calls = 0 }
return rehedge.policy {
  api = 1, name = "once", version = "1", wake = { on = "bar" },
  series = { "delta", "gamma", "vega", "theta", "position", "pending", "mid", "udelta", "ugamma",
             "uvega", "utheta", "iv", "qty", "expiry_in", "cost" },
  trigger = function(s)
    st.calls = st.calls + 1
    local o = s:instrument("CALL")
    for _, name in ipairs { "mid", "iv", "position", "pending", "expiry_in" } do
      rehedge.record(name, o[name])
    end
    for _, name in ipairs { "delta", "gamma", "vega", "theta" } do
      rehedge.record(name, s[name])
      rehedge.record("u" .. name, o[name])
    end
    rehedge.record("cost", s:cost(4, "CALL"))
    return st.calls == %(call)d
  end,
  scale = function(s) return { %(orders)s } end,
  on_fill = function(s, p, fill) rehedge.record("qty", fill.qty) end,
}
"""


def at(expiry, time_ns):
    return (times.time_ns(expiry) - time_ns) / finance.NS_PER_YEAR


class OptionHedge(Case):
    def market(self, **changes):
        data = scenario(hedge=["BTC-PERP", "CALL"], venues__options=dict(IDEAL),
                        venues__perp=dict(IDEAL), instruments__CALL=dict(CALL))
        data["policy"] = {"script": "once.lua"}
        for name, value in changes.items():
            where, keys = data, name.split("__")
            for key in keys[:-1]:
                where = where[key]
            where[keys[-1]] = value
        return data

    def play(self, data, orders="{ instrument = 'CALL', qty = 4 }", call=5, arguments=()):
        """Returns summary, fills and ledger rows as numbers, journal."""
        self.write("once.lua", ONCE % {"orders": orders, "call": call})
        path = self.write("scenario.json", data)
        self.good("run", path, "--out", self.path("out"), "--quiet", *arguments)
        summary, journal = self.whole_run_folder(self.path("out"))
        rows = []
        for name in ("fills.csv", "ledger.csv"):
            with open(os.path.join(self.path("out"), name), encoding="utf-8") as file:
                rows.append([{key: self.number(text) for key, text in row.items()}
                             for row in csv.DictReader(file)])
        os.rename(self.path("out"), self.path(f"out-{len(os.listdir(self.folder))}"))
        self.assertLess(abs(math.fsum(summary["attribution"].values()) - summary["pnl"]["total"]),
                        1e-9 * max(1.0, summary["gross_flow"]))
        return summary, rows[0], rows[1], journal

    @staticmethod
    def number(text):
        try:
            return float(text)
        except ValueError:
            return text or None

    def row_at(self, ledger, time_ns):
        return next(row for row in ledger if row["time_ns"] == time_ns)

    # --- units and signs ---------------------------------------------------------------------

    def test_units_and_signs_against_the_formulas(self):
        """Four contracts are four contracts everywhere; the hedge vol is not the mark vol."""
        data = self.market(assets__BTC__vol__hedge=0.5, portfolio=[])
        _, fills, ledger, _ = self.play(data)
        fill = fills[0]
        self.assertEqual((fill["qty"], len(fills)), (4.0, 1))
        after = self.row_at(ledger, int(fill["time_ns"]) + 60 * 10**9)
        spot, years = after["spot_BTC"], at(EXPIRY, int(after["time_ns"]))
        hedge = finance.option(1, spot, 45000, years, 0.0, 0.5)
        mark = finance.option(1, spot, 45000, years, 0.0, 0.9)
        for name in ("delta", "gamma", "vega", "theta"):
            exact = getattr(hedge, name)
            self.close_to(after["series_u" + name], exact, 1e-9, name)
            self.close_to(after["series_" + name], 4 * exact, 1e-9, "net " + name)
        self.close_to(after["series_mid"], mark.value, 1e-9, "mid")
        self.close_to(after["delta_BTC"], 4 * mark.delta, 1e-9, "the ledger's delta: mark vol")
        self.assertEqual((after["series_iv"], after["series_position"], after["series_pending"],
                          after["series_qty"]), (0.5, 4.0, 0.0, 4.0))
        self.close_to(after["series_expiry_in"], years * 365 * 86400, 1e-12, "expiry_in")

    def test_the_contract_of_the_book_is_the_hedge(self):
        """Short ten in the book, bought back as a hedge: nothing is left, and both are settled."""
        entry = {key: CALL[key] for key in ("option", "asset", "strike", "expiry")}
        data = self.market(portfolio=[dict(entry, qty=-10)])
        summary, fills, ledger, journal = self.play(data, "{ instrument = 'CALL', qty = 10 }", 1)
        self.assertLess(abs(summary["pnl"]["total"]), 1e-9)
        self.assertGreater(abs(summary["pnl"]["options"]), 1.0)
        self.close_to(summary["pnl"]["options"], -summary["pnl"]["hedges"], 1e-9, "both sides")
        self.assertEqual(max(abs(row["delta_BTC"]) for row in ledger[2:]), 0.0)
        self.assertEqual([line["text"].split()[0] for line in journal
                          if line["kind"] == "settlement"], ["CALL"])
        named = self.market(portfolio=[{"instrument": "CALL", "qty": -10}])
        again = self.play(named, "{ instrument = 'CALL', qty = 10 }", 1)[0]
        self.assertEqual(again["digest"], summary["digest"])
        self.assertEqual(fills[0]["instrument"], "CALL")

    def test_what_is_pending_counts(self):
        """Under latency delta, gamma, vega, theta count what is on its way, at today's greeks."""
        data = self.market(portfolio=[], venues__options={"kind": "book", "latency_ms": 300_000})
        _, fills, ledger, _ = self.play(data)
        sent = int(fills[0]["time_ns"]) - 300 * 10**9
        for minutes in (1, 4):
            row = self.row_at(ledger, sent + minutes * 60 * 10**9)
            self.assertEqual((row["series_position"], row["series_pending"]), (0.0, 4.0))
            self.assertEqual(row["delta_BTC"], 0.0)
            for name in ("delta", "gamma", "vega", "theta"):
                self.close_to(row["series_" + name], 4 * row["series_u" + name], 1e-12, name)
        row = self.row_at(ledger, int(fills[0]["time_ns"]) + 60 * 10**9)
        self.assertEqual((row["series_position"], row["series_pending"]), (4.0, 0.0))

    def test_a_policy_does_not_hedge_gamma_twice_under_latency(self):
        data = self.market(instruments__CALL=dict(LATER), clock__end="mark",
                           venues__options={"kind": "book", "latency_ms": 600_000})
        data["policy"] = {"script": "gamma_vega", "params": {
            "option": "CALL", "gamma_band": 1e-3, "band": 100}}
        path = self.write("scenario.json", data)
        self.good("run", path, "--out", self.path("out"), "--quiet")
        with open(self.path("out/fills.csv"), encoding="utf-8") as file:
            fills = [row for row in csv.DictReader(file) if row["instrument"] == "CALL"]
        sizes = [float(row["qty"]) for row in fills]
        self.assertGreater(sizes[0], 1.0)
        self.assertLess(max(sizes[1:8], key=abs), 0.5 * sizes[0])

    def test_lots(self):
        for qty, expected in ((0.04, []), (0.05, [0.1]), (-0.26, [-0.3])):
            fills = self.play(self.market(portfolio=[]),
                              f"{{ instrument = 'CALL', qty = {qty} }}")[1]
            self.assertEqual([fill["qty"] for fill in fills], expected)

    def test_a_number_goes_to_the_first_that_is_no_option(self):
        fills = self.play(self.market(portfolio=[], hedge=["CALL", "BTC-PERP"]), "{ qty = 2 }")[1]
        self.assertEqual([(row["instrument"], row["qty"]) for row in fills], [("BTC-PERP", 2.0)])

    # --- prices, costs -----------------------------------------------------------------------

    def test_spread_in_vol_and_fee_of_the_underlying(self):
        data = self.market(portfolio=[], venues__options=dict(OPTIONS, spread_bps=10))
        summary, fills, ledger, _ = self.play(data)
        fill = fills[0]
        before = self.row_at(ledger, int(fill["time_ns"]))
        spot, years = before["spot_BTC"], at(EXPIRY, int(fill["time_ns"]))
        mark = finance.option(1, spot, 45000, years, 0.0, 0.9)
        half = mark.vega * 0.01 + mark.value * 5e-4
        self.close_to(fill["mid_arrival"], mark.value, 1e-9, "mid")
        self.close_to(fill["spread"], 4 * half, 1e-9, "spread")
        self.close_to(fill["price"], mark.value + half, 1e-9, "price")
        self.close_to(fill["fee"], 4 * spot * 3e-4, 1e-9, "fee")
        self.close_to(summary["hedging"]["turnover"], 4 * fill["price"], 1e-9, "turnover")
        self.close_to(before["series_cost"], fill["spread"] + fill["fee"], 1e-9, "s:cost")

    def test_the_fee_is_capped_by_the_premium(self):
        data = self.market(portfolio=[], venues__options=dict(OPTIONS),
                           instruments__CALL=dict(CALL, strike=46000))
        fill = self.play(data)[1][0]
        self.assertLess(fill["fee"], 4 * 45000 * 3e-4)
        self.close_to(fill["fee"], 0.125 * 4 * fill["price"], 1e-12, "an eighth of the premium")

    def test_nobody_pays_to_sell(self):
        """A spread of 2000 vol points: the bid stops at a hundredth of the mid."""
        data = self.market(portfolio=[], venues__options={"kind": "book", "spread_vol": 20 / 2})
        fill = self.play(data, "{ instrument = 'CALL', qty = -4 }")[1][0]
        self.close_to(fill["price"], 0.01 * fill["mid_arrival"], 1e-9, "bid")

    def test_coin_settled(self):
        """Price and costs are in coin; the fee of an inverse option is a share of one coin."""
        data = self.market(portfolio=[], venues__options=dict(OPTIONS),
                           instruments__CALL=dict(CALL, settle="BTC"))
        summary, fills, ledger, _ = self.play(data)
        fill = fills[0]
        self.assertEqual(fill["currency"], "BTC")
        spot = self.row_at(ledger, int(fill["time_ns"]))["spot_BTC"]
        mark = finance.inverse_option(1, spot, 45000, at(EXPIRY, int(fill["time_ns"])), 0.9)
        self.close_to(fill["mid_arrival"], mark.value, 1e-9, "price in coin")
        self.close_to(fill["spread"], 4 * 0.01 * mark.vega, 1e-9, "spread")
        self.close_to(fill["fee"], min(4 * 3e-4, 0.125 * 4 * fill["price"]), 1e-9, "fee")
        after = self.row_at(ledger, int(fill["time_ns"]) + 60 * 10**9)
        now = finance.inverse_option(1, after["spot_BTC"], 45000,
                                     at(EXPIRY, int(after["time_ns"])), 0.9)
        self.close_to(after["series_udelta"], after["spot_BTC"] * now.delta, 1e-9, "unit delta")
        coins = 4 * now.value - 4 * fill["price"] - fill["fee"]
        self.close_to(after["series_delta"], 4 * after["spot_BTC"] * now.delta + coins, 1e-9,
                      "net delta: that of the option, and the coins")
        self.assertGreater(summary["cost"]["fee"], 0.0)

    def test_measured_in_coin(self):
        """In coin: what one contract brings to s.delta when it is paid is its unit delta, and
        s.gamma is how s.delta moves with the price."""
        for settle in ("USD", "BTC"):
            data = self.market(portfolio=[], numeraire="BTC", venues__options={"kind": "book"},
                               instruments__CALL=dict(CALL, settle=settle))
            _, fills, ledger, _ = self.play(data)
            bought = self.row_at(ledger, int(fills[0]["time_ns"]))
            after = self.row_at(ledger, int(fills[0]["time_ns"]) + 60 * 10**9)
            spot, years = after["spot_BTC"], at(EXPIRY, int(after["time_ns"]))
            usd = finance.option(1, spot, 45000, years, 0.0, 0.9)
            coin = finance.inverse_option(1, spot, 45000, years, 0.9)
            unit = spot * coin.delta if settle == "BTC" else usd.delta
            self.close_to(after["series_udelta"], unit, 1e-9, "unit delta")
            held = 4 * coin.delta * spot        # S dE/dS of the options; cash in USD is -USD/S
            cash = 4 * fills[0]["price"] / spot if settle == "USD" else 0.0
            self.close_to(after["series_delta"], held + cash, 1e-9, "net delta in coin")
            self.close_to(after["series_gamma"], 4 * (spot * coin.gamma + coin.delta), 1e-9,
                          "net gamma in coin")
            self.assertGreater(bought["equity"], -1e-9)

    def test_an_option_on_a_future(self):
        """Black-76 on the future's own feed, for price, greeks and the fee's underlying."""
        rows = bars()
        for row in rows:
            row[1:5] = [round(price * 1.02, 2) for price in row[1:5]]
        self.write("future.json", json.dumps(rows))
        data = self.market(
            portfolio=[], venues__options=dict(OPTIONS, fee_cap=1),
            instruments__CALL=dict(CALL, underlying="FUTURE"),
            instruments__FUTURE={"kind": "future", "asset": "BTC", "expiry": EXPIRY})
        data["feeds"].append({"instrument": "FUTURE", "file": "future.json",
                              "format": "binance-klines"})
        _, fills, ledger, _ = self.play(data, call=10)
        fill = fills[0]
        spot = self.row_at(ledger, int(fill["time_ns"]))["spot_BTC"]
        future = round(spot * 1.02, 2)
        mark = finance.option(1, future, 45000, at(EXPIRY, int(fill["time_ns"])), 0.0, 0.9)
        self.close_to(fill["mid_arrival"], mark.value, 1e-9, "Black-76")
        self.close_to(fill["fee"], 4 * future * 3e-4, 1e-9, "fee on the future")
        row = self.row_at(ledger, int(fill["time_ns"]))
        self.close_to(row["series_udelta"], mark.delta * future / spot, 1e-9, "in units of spot")

    def test_two_assets(self):
        """Each option is of its own asset: delta, gamma and guards."""
        self.write("eth.json", json.dumps(bars(seed=5, spot=3000.0)))
        data = self.market(
            portfolio=[], hedge=["CALL", "ETH-PERP", "BTC-PERP"],
            assets__ETH={"vol": {"mark": 0.7}},
            instruments__CALL=dict(CALL, asset="BTC"),
            **{"instruments__ETH-PERP": {"kind": "perp", "asset": "ETH", "venue": "perp"},
               "instruments__ETH-SPOT": {"kind": "spot", "asset": "ETH"}})
        data["feeds"].append({"instrument": "ETH-SPOT", "file": "eth.json",
                              "format": "binance-klines"})
        self.write("both.lua", """
return rehedge.policy { api = 1, name = "both", version = "1", scope = "portfolio",
  wake = { every = "1h" }, series = { "btc", "eth", "unit" },
  trigger = function(s)
    rehedge.record("btc", s:asset("BTC").gamma)
    rehedge.record("eth", s:asset("ETH").gamma)
    rehedge.record("unit", s:instrument("CALL").gamma)
    assert(s.spot == s:asset("ETH").spot)
    return s:instrument("CALL").position == 0
  end,
  scale = function() return { { instrument = "CALL", qty = 3 } } end }""")
        data["policy"] = {"script": "both.lua"}
        self.good("run", self.write("s.json", data), "--out", self.path("o"), "--quiet")
        with open(self.path("o/ledger.csv"), encoding="utf-8") as file:
            row = list(csv.DictReader(file))[90]
        self.close_to(float(row["series_btc"]), 3 * float(row["series_unit"]), 1e-12, "BTC")
        self.assertEqual((float(row["series_eth"]), float(row["delta_ETH"])), (0.0, 0.0))

    def test_no_look_ahead(self):
        """The policy decides at the model price of what is known; the venue matches what is."""
        data = self.market(portfolio=[], instruments__CALL=dict(LATER), clock__end="mark",
                           venues__options={"kind": "book", "latency_ms": 90_000})
        data["feeds"][0]["delay_ms"] = 150_000
        _, fills, _, _ = self.play(data)
        fill = fills[0]
        closes = {(row[0] + 60_000) * 10**6: row[4] for row in bars()}
        filled = int(fill["time_ns"])
        decided = filled - 90 * 10**9
        known = max(time for time in closes if time <= decided - 150 * 10**9)
        happened = max(time for time in closes if time <= filled)
        self.assertNotEqual(closes[known], closes[max(t for t in closes if t <= decided)])
        for column, spot, time_ns in (("mid_decision", closes[known], decided),
                                      ("mid_arrival", closes[happened], filled)):
            years = at(LATER["expiry"], time_ns)
            self.close_to(fill[column], finance.option(1, spot, 45000, years, 0.0, 0.9).value,
                          1e-9, column)

    # --- what it is for ----------------------------------------------------------------------

    def hedged(self, data, **params):
        data["policy"] = {"script": "gamma_vega", "params": dict(params, option="CALL")}
        return self.run_json(data)

    def test_gamma_hedged_books_have_little_gamma_pnl(self):
        """A jump of six per cent in one bar, with gamma bought back and without."""
        rows = bars(60)
        for row in rows[30:]:
            row[1:5] = [round(price * 0.94, 2) for price in row[1:5]]
        self.write("bars.json", json.dumps(rows))
        both = dict(instruments__CALL=dict(LATER, strike=43500), clock__end="mark",
                    clock__to="2025-01-06T00:55:00Z")
        data = self.market(**both)
        for entry in data["portfolio"]:
            entry["expiry"] = LATER["expiry"]
        bare = self.hedged(data, band=0.01)
        hedged = self.hedged(data, band=0.01, gamma_band=1e-5)
        self.assertLess(bare["attribution"]["gamma"], -1000.0)
        self.assertLess(abs(hedged["attribution"]["gamma"]),
                        0.05 * abs(bare["attribution"]["gamma"]))
        self.assertLess(abs(hedged["pnl"]["total"]), 0.25 * abs(bare["pnl"]["total"]))

    def test_vega_hedged_books_do_not_feel_a_jump_of_the_mark_vol(self):
        self.write("vol.csv", "time,vol\n2025-01-06T00:01:00Z,0.9\n2025-01-06T00:30:00Z,1.0\n")
        vol = {"kind": "file", "file": "vol.csv", "format": "csv", "initial": 0.9}
        data = self.market(instruments__CALL=dict(LATER, strike=46000), clock__end="mark",
                           clock__to="2025-01-06T00:55:00Z", assets__BTC__vol={"mark": vol})
        for entry in data["portfolio"]:
            entry["expiry"] = LATER["expiry"]
        bare = self.hedged(data, band=0.01)
        hedged = self.hedged(data, band=0.01, vega_band=1.0)
        self.assertLess(bare["attribution"]["vega"], -1000.0)
        self.assertLess(abs(hedged["attribution"]["vega"]),
                        0.01 * abs(bare["attribution"]["vega"]))
        self.assertLess(abs(hedged["attribution"]["higher"]),
                        0.05 * abs(bare["attribution"]["vega"]))

    # --- the end of an option ----------------------------------------------------------------

    def test_an_expired_option_is_not_traded(self):
        data = self.market(portfolio=[], clock__to="2025-01-06T03:30:00Z")
        summary, fills, _, journal = self.play(data, call=185)
        self.assertEqual((fills, summary["hedging"]["rejected"]), ([], 1))
        self.assertIn("order 1 of 4 CALL rejected: the instrument has expired",
                      [line["text"] for line in journal])

    def test_a_late_report_of_an_expired_option(self):
        """Filled before the expiry, reported after it: cash and position are as if at once."""
        late = self.market(portfolio=[], venues__options={"kind": "book", "report_ms": 1_200_000})
        summary, _, ledger, _ = self.play(late, call=170)
        at_once = self.play(self.market(portfolio=[]), call=170)[0]
        self.close_to(summary["pnl"]["total"], at_once["pnl"]["total"], 1e-12, "P&L")
        last = ledger[-1]
        self.assertEqual((last["series_position"], last["series_pending"], last["series_gamma"]),
                         (0.0, 0.0, 0.0))

    def test_unwinding(self):
        data = self.market(portfolio=[], instruments__CALL=dict(LATER), clock__end="unwind")
        _, fills, ledger, _ = self.play(data)
        self.assertEqual([fill["qty"] for fill in fills], [4.0, -4.0])
        self.assertEqual(ledger[-1]["delta_BTC"], 0.0)
        data = self.market(instruments__CALL=dict(LATER), clock__end="mark",
                           hedge={"instruments": ["BTC-PERP", "CALL"], "unwind_at_expiry": True})
        _, fills, _, _ = self.play(data)
        self.assertEqual([(fill["qty"], int(fill["time_ns"])) for fill in fills[1:]],
                         [(-4.0, times.time_ns(EXPIRY))])

    def test_a_hedge_that_expires_first_gives_its_delta_back(self):
        entry = {"option": "put", "asset": "BTC", "strike": 45000, "qty": -10,
                 "expiry": "2025-01-06T03:20:00Z"}
        data = self.market(portfolio=[entry], instruments__CALL=dict(
            CALL, strike=44000, expiry="2025-01-06T02:00:00Z"),
            hedge={"instruments": ["BTC-PERP", "CALL"], "unwind_at_expiry": True})
        _, fills, _, _ = self.play(
            data, "{ instrument = 'CALL', qty = 4 }, { qty = -9 }")
        released = [fill for fill in fills if int(fill["time_ns"]) == times.time_ns(
            "2025-01-06T02:00:00Z")]
        self.assertEqual([fill["instrument"] for fill in released], ["BTC-PERP"])
        self.assertAlmostEqual(released[0]["qty"], 4.0, 2)     # deep in the money: delta 1 each

    def test_a_killed_policy_sells_its_options(self):
        data = self.market(portfolio=[])
        data["policy"]["on_failure"] = "flatten"
        text = ONCE % {"orders": "{ instrument = 'CALL', qty = 4 }", "call": 5}
        self.write("once.lua", text.replace("st.calls = st.calls + 1",
                                            "st.calls = st.calls + 1\n    if st.calls == 9 then "
                                            "error('over') end"))
        result = self.rehedge("run", self.write("s.json", data), "--out", self.path("o"),
                              "--quiet")
        self.assertEqual(result.status, 4, result)
        with open(self.path("o/fills.csv"), encoding="utf-8") as file:
            self.assertEqual([row["qty"] for row in csv.DictReader(file)], ["4", "-4"])

    # --- guards, reruns ----------------------------------------------------------------------

    def test_guards(self):
        """Quantity and position count an option by its delta, notional by its premium."""
        deep = dict(CALL, strike=60000)        # delta and premium of nothing
        for guards, call, rejected in (
                ({"max_order_qty": 2.5}, CALL, 0), ({"max_order_qty": 1.5}, CALL, 1),
                ({"max_position_qty": 1.5}, CALL, 1), ({"max_order_qty": 1e-3}, deep, 0),
                ({"max_order_notional": 4000}, CALL, 0), ({"max_order_notional": 100}, CALL, 1),
                ({"max_option_qty": 4}, deep, 0), ({"max_option_qty": 3.9}, deep, 1)):
            with self.subTest(guards=guards):
                data = self.market(portfolio=[], guards=guards, instruments__CALL=dict(call))
                summary = self.play(data)[0]
                self.assertEqual(summary["hedging"]["rejected"], rejected)
                self.assertEqual(summary["guards"][0]["hits"], rejected)

    def test_slices_are_guarded_as_they_leave(self):
        data = self.market(portfolio=[], guards={"max_option_qty": 2})
        summary, fills, _, _ = self.play(
            data, "{ instrument = 'CALL', qty = 4, slices = 4, over = '8m' }")
        self.assertEqual([fill["qty"] for fill in fills], [1.0, 1.0])   # the first, and the last
        self.assertEqual(summary["hedging"]["rejected"], 2)

    def test_limit_orders(self):
        data = self.market(portfolio=[], venues__options={"kind": "book", "spread_bps": 100})
        summary, fills, _, _ = self.play(
            data, "{ instrument = 'CALL', qty = 4, kind = 'limit', "
            "limit = s:instrument('CALL').mid * 0.9 }")
        self.assertEqual(len(fills), 1)
        self.assertLess(fills[0]["price"], fills[0]["mid_decision"])
        self.assertEqual(summary["cost"]["fee"], 0.0)
        self.assertLess(summary["cost"]["latency"] + summary["cost"]["spread"], 0.0)

    def test_reruns_forks_and_swaps(self):
        path = self.write("scenario.json", self.market(venues__options=dict(OPTIONS)))
        self.write("once.lua", ONCE % {"orders": "{ instrument = 'CALL', qty = 4 }", "call": 5})
        swap = "1h=gamma_vega:option=CALL,gamma_band=0.001,most=20"
        self.good("run", path, "--swap", swap, "--out", self.path("o"), "--quiet")
        first = self.whole_run_folder(self.path("o"))[0]
        self.assertEqual(len(first["swaps"]), 1)
        self.good("rerun", self.path("o"), "--quiet")
        forked = self.good("fork", path, "--at", "1h", swap[3:], "delta_band", "--json",
                           "--quiet").json()
        self.assertIn(first["digest"], json.dumps(forked))

    # --- what is refused ---------------------------------------------------------------------

    def test_malformed_rows(self):
        self.write("once.lua", ONCE % {"orders": "{ qty = 4 }", "call": 5})
        entry = {key: CALL[key] for key in ("option", "asset", "strike", "expiry")}
        rows = [({"option": "cal"}, "did you mean|expected"), ({"strike": 0}, "strike"),
                ({"strike": "45000"}, "strike"), ({"expiry": "2025-01-05T00:00:00Z"}, "expiry"),
                ({"expiry": None}, "expiry"), ({"strike": None}, "strike"),
                ({"option": None}, "option"), ({"venue": None}, "needs a .venue"),
                ({"venue": "nowhere"}, "nowhere"), ({"settle": "ETH"}, "settle"),
                ({"lot": -1}, "lot"), ({"vol": 0}, "vol"), ({"quantity": 1}, "quantity"),
                ({"option": "log"}, "not traded"),
                ({"underlying": "CALL"}, "underlying|instrument")]
        for change, words in rows:
            with self.subTest(change=change):
                row = {key: value for key, value in dict(CALL, **change).items()
                       if value is not None}
                path = self.write("s.json", self.market(instruments__CALL=row))
                self.refused(3, [words], "run", path)
        for change, words in (
                ({"instruments__TWIN": dict(CALL)}, "the same contract as .CALL"),
                ({"hedge": ["CALL"]}, "default route"),
                ({"instruments__CALL": dict(LATER)}, "after clock.to"),
                ({"venues__options": {"kind": "book", "depth_share": 0.1}}, "no bars"),
                ({"portfolio": [dict(entry, qty=-1, vol=0.4)]}, "instrument .CALL.*vol"),
                ({"portfolio": [dict(entry, qty=-0.15)]}, "whole lots"),
                ({"venues__options": {"kind": "book", "fee_on": "premum"}}, "premium"),
                ({"venues__options": {"kind": "book", "fee_cap": 0}}, "fee_cap"),
                ({"venues__options": {"kind": "book", "spread_vol": -1}}, "spread_vol"),
                ({"feeds": scenario()["feeds"] + [{"instrument": "CALL", "file": "bars.json",
                                                   "format": "binance-klines"}]}, "priced")):
            with self.subTest(change=change):
                self.refused(3, [words], "run", self.write("s.json", self.market(**change)))

    def test_wrong_names_in_scripts_and_params(self):
        data = self.market()
        for body, words in (("s:instrument('CAL')", "did you mean 'CALL'"),
                            ("s:instrument('CALL').gama", "did you mean 'gamma'"),
                            ("s.instrument('CALL')", "with a colon"),
                            ("s:cost(1, 'PERP')", "did you mean 'BTC-PERP'|no hedge instrument"),
                            ("s:instrument(1)", "string|text")):
            with self.subTest(body=body):
                self.write("once.lua", "return rehedge.policy { api = 1, name = 'x', version = "
                           f"'1', trigger = function(s) local x = {body} return false end, "
                           "scale = function() end }")
                result = self.rehedge("run", self.write("s.json", data), "--quiet")
                self.assertEqual(result.status, 4, result)
                self.assertRegex(result.err, words)
        data["policy"] = {"script": "gamma_vega", "params": {"option": "CAL"}}
        self.refused(3, ["/policy/params/option", "did you mean \"CALL\""], "run",
                     self.write("s.json", data))


if __name__ == "__main__":
    main()
