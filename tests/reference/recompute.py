#!/usr/bin/env python3
"""The second set of books: P&L and costs recomputed from fills.csv, the market and the scenario,
and compared with summary.json to 1e-9 of gross flow (the sum of |cash movements|).
Usage: recompute.py RUNDIR SCENARIO [SOURCE]   SOURCE: the bars, default the scenario's own file.
It trusts the engine for one thing only: when it traded and how much. Flat mark vols, one asset,
options and perps, linear and coin-settled, no rates. Status 0 agree, 1 disagree, 77 unmodelled."""
import bisect
import csv
import json
import math
import os
import sys

import finance
import market
import scenario as scenarios
from scenario import Unmodelled

KINDS = ("spread", "depth", "impact", "fee", "latency", "gas", "adversary")
TOLERANCE = 1e-9


class Books:
    """Balances per currency, valued in the numeraire at the last price of the market."""

    def __init__(self, numeraire, asset, last):
        self.rates = {numeraire: 1.0}
        if asset != numeraire:
            self.rates[asset] = last
        self.cash = {name: [] for name in self.rates}
        self.gross_flow = []

    def move(self, currency, amount, rate_now):
        self.cash[currency].append(amount)
        self.gross_flow.append(abs(amount) * rate_now)

    def equity(self):
        return math.fsum(math.fsum(parts) * self.rates[name] for name, parts in self.cash.items())


class Recomputation:
    def __init__(self, run_folder, scenario_path, source=None):
        with open(os.path.join(run_folder, "summary.json"), encoding="utf-8") as file:
            self.summary = json.load(file)
        with open(os.path.join(run_folder, "fills.csv"), encoding="utf-8", newline="") as file:
            self.fills = list(csv.DictReader(file))
        self.scenario = scenarios.load(scenario_path)
        hedges = self.scenario["hedge"]
        hedges = hedges["instruments"] if isinstance(hedges, dict) else hedges
        hedge = self.scenario["instruments"][hedges[0]]
        self.asset, self.numeraire = hedge["asset"], self.scenario["numeraire"]
        if self.scenario["assets"][self.asset].get("rate", 0) != 0:
            raise Unmodelled("rates")
        if source is None:
            self.bars = market.feed_of(self.scenario, scenario_path, self.asset)
        else:
            self.bars = market.within(market.bars(source), self.scenario)
        self.times = [time_ns for time_ns, _ in self.bars]
        self.last = self.bars[-1][1]
        self.books = Books(self.numeraire, self.asset, self.last)
        self.problems = []
        self.sums = {}
        self.inverse_book = False

    def add(self, name, value):
        self.sums.setdefault(name, []).append(value)

    def total(self, name):
        return math.fsum(self.sums.get(name, []))

    def price_at(self, time_ns):
        index = bisect.bisect_right(self.times, time_ns) - 1
        return self.bars[index][1] if index >= 0 else None

    # --- the portfolio -----------------------------------------------------------------------

    def enter(self, entry):
        """One option from the first mark to its settlement, or to its mark at the end."""
        start = entry.get("time_ns", self.times[0])
        spot = self.price_at(start)
        coin = self.in_coin(entry)
        mark = self.option_at(entry, start).value
        paid = entry.get("entry", entry.get("premium", "mark"))
        paid = mark if paid == "mark" else paid
        end = min(entry["expiry_ns"], self.scenario["clock"]["to_ns"])
        settled_at = self.price_at(end)
        value = self.option_at(entry, end).value
        currency, rate, rate_end = (self.asset, spot, settled_at) if coin else \
            (self.numeraire, 1.0, 1.0)
        self.inverse_book |= coin
        self.books.move(currency, -entry["qty"] * paid, rate)
        self.books.move(currency, entry["qty"] * value, rate_end)
        self.add("entry", entry["qty"] * (mark - paid) * rate)
        self.add("options", entry["qty"] * (value - mark))

    def in_coin(self, row):
        return row.get("settle", self.numeraire) == self.asset != self.numeraire

    def option_at(self, option, time_ns):
        """One contract at the mark vol and the last price, in its currency of settlement."""
        formula = finance.inverse_option if self.in_coin(option) else self.linear_option
        sigma = option.get("vol", scenarios.flat_sigma(self.scenario, self.asset))
        years = (option["expiry_ns"] - time_ns) / finance.NS_PER_YEAR
        return formula(option["sign"], self.price_at(time_ns), option["strike"], years, sigma)

    @staticmethod
    def linear_option(sign, spot, strike, years, sigma):
        return finance.option(sign, spot, strike, years, 0.0, sigma)

    # --- the fills ---------------------------------------------------------------------------

    def fill(self, row):
        number = {key: float(row[key]) for key in ("qty", "price", "mid_decision", "mid_arrival")}
        time_ns, instrument = int(row["time_ns"]), self.scenario["instruments"][row["instrument"]]
        spot = self.price_at(time_ns)
        rate = 1.0 if row["currency"] == self.numeraire else spot     # amounts are in `currency`
        costs = {kind: float(row[kind]) * rate for kind in KINDS}
        inverse = self.in_coin(instrument)
        venue = self.scenario["venues"].get(instrument.get("venue"), {"kind": "ideal"})
        if instrument["kind"] == "option":
            trade = self.option_fill(number, time_ns, instrument, venue)
        else:
            trade = (self.inverse_fill if inverse else self.linear_fill)(number, spot)
        mid, tolerance = trade.get("mid", spot), 1e-9 if "mid" in trade else 1e-15
        if not math.isclose(number["mid_arrival"], mid, rel_tol=tolerance,
                            abs_tol=1e-9 * mid if "mid" in trade else 0.0):
            self.problems.append(f"fill at {time_ns}: mid_arrival {number['mid_arrival']!r}, "
                                 f"the market is at {mid!r}")
        expected = {"latency": trade["latency"],
                    "spread": trade["spread"](venue.get("spread_bps", 0) / 2e4),
                    "fee": trade.get("fee", trade["notional"] * venue.get("taker_bps", 0) / 1e4)}
        for kind in KINDS:
            self.add(kind, expected.get(kind, costs[kind]))
        beyond = math.fsum(costs[kind] for kind in KINDS if kind not in ("fee", "gas"))
        self.close(f"price of the fill at {time_ns}", trade["beyond"], beyond, trade["notional"])
        self.books.move(self.asset if inverse else self.numeraire,
                        trade["cash"] - (costs["fee"] + costs["gas"]) / trade["rate"],
                        trade["rate"])
        self.add("turnover", trade["notional"])
        self.add("hedges", trade["hedge"])

    def option_fill(self, n, time_ns, row, venue):
        """Contracts at a premium; what is left is worth the option at its expiry or the end."""
        option = dict(row, sign=1 if row["option"] == "call" else -1,
                      expiry_ns=scenarios.time_ns(row["expiry"]))
        q, coin, now = n["qty"], self.in_coin(row), self.option_at(option, time_ns)
        end = min(option["expiry_ns"], self.scenario["clock"]["to_ns"])
        last = self.option_at(option, end).value
        rate = self.price_at(time_ns) if coin else 1.0
        rate_end = self.price_at(end) if coin else 1.0
        self.inverse_book |= coin
        self.books.gross_flow.append(abs(q * last) * rate_end)
        half = now.vega * venue.get("spread_vol", 0) / 2
        half += now.value * venue.get("spread_bps", 0) / 2e4
        half = min(half, 0.99 * now.value) if q < 0 else half
        premium = abs(q) * n["price"]
        base = premium
        if venue.get("fee_on") == "underlying":
            base = abs(q) * (1.0 if coin else self.price_at(time_ns))
        fee = min(base * venue.get("taker_bps", 0) / 1e4, premium * venue.get("fee_cap", 1e9))
        return {"mid": now.value, "latency": q * (n["mid_arrival"] - n["mid_decision"]) * rate,
                "beyond": q * (n["price"] - n["mid_decision"]) * rate, "rate": rate,
                "notional": premium * rate, "spread": lambda _: abs(q) * half * rate,
                "fee": fee * rate, "cash": q * (last - n["price"]),
                "hedge": q * (last - n["mid_decision"])}

    def linear_fill(self, n, spot):
        """Cash pays q x price; what is left is worth q x last: both at once here."""
        q = n["qty"]
        self.books.gross_flow.append(abs(q * self.last))
        return {"latency": q * (n["mid_arrival"] - n["mid_decision"]),
                "beyond": q * (n["price"] - n["mid_decision"]), "rate": 1.0,
                "notional": abs(q) * n["price"], "spread": lambda half: abs(q) * spot * half,
                "cash": q * (self.last - n["price"]), "hedge": q * (self.last - n["mid_decision"])}

    def inverse_fill(self, n, spot):
        """q is USD notional: the coin P&L is q (1/price - 1/last)."""
        q = n["qty"]
        self.inverse_book = True
        coins = {key: q / n[key] for key in ("price", "mid_decision", "mid_arrival")}
        return {"latency": (coins["mid_decision"] - coins["mid_arrival"]) * spot,
                "beyond": (coins["mid_decision"] - coins["price"]) * spot, "rate": spot,
                "notional": abs(q) * spot / n["price"],
                "spread": lambda half: q - q / (1 + math.copysign(half, q)),
                "cash": coins["price"] - q / self.last, "hedge": math.nan}

    # --- the verdict -------------------------------------------------------------------------

    def close(self, what, ours, theirs, scale):
        if not abs(ours - theirs) <= TOLERANCE * scale:
            self.problems.append(f"{what}: recomputed {ours!r}, the engine says {theirs!r}, "
                                 f"apart by {abs(ours - theirs):.3g}, allowed "
                                 f"{TOLERANCE * scale:.3g}")

    def run(self):
        for entry in self.scenario["portfolio"] + self.scenario["client_trades"]:
            self.enter(entry)
        for row in self.fills:
            self.fill(row)
        flow = math.fsum(self.books.gross_flow)
        pnl, cost = self.summary["pnl"], self.summary["cost"]
        self.close("pnl.total", self.books.equity(), pnl["total"], flow)
        if not self.inverse_book:
            for name in ("options", "hedges", "entry"):
                self.close("pnl." + name, self.total(name), pnl[name], flow)
            self.close("pnl.carry", 0.0, pnl["carry"], flow)
        for kind in KINDS:
            self.close("cost." + kind, self.total(kind), cost[kind], flow)
        self.close("cost.total", math.fsum(self.total(kind) for kind in KINDS), cost["total"], flow)
        hedging = self.summary["hedging"]
        self.close("hedging.turnover", self.total("turnover"), hedging["turnover"], flow)
        if hedging["fills"] != len(self.fills):
            self.problems.append(f"hedging.fills {hedging['fills']}, fills.csv has "
                                 f"{len(self.fills)}")
        if self.summary["events"] != len(self.bars):
            self.problems.append(f"events {self.summary['events']}, the market has "
                                 f"{len(self.bars)} inside the clock")
        self.identities(flow)
        return self.problems

    def identities(self, flow):
        pnl, cost, block = (self.summary[key] for key in ("pnl", "cost", "attribution"))
        parts = math.fsum(pnl[name] for name in ("options", "hedges", "carry", "entry"))
        self.close("options + hedges + carry + entry - cost", parts - cost["total"],
                   pnl["total"], flow)
        self.close("the sum of the attribution", math.fsum(block.values()), pnl["total"], flow)
        self.close("attribution.cost", -cost["total"], block["cost"], flow)


def main(argv):
    if len(argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        work = Recomputation(*argv[1:])
        problems = work.run()
    except Unmodelled as problem:
        print(f"recompute.py: not modelled here: {problem}", file=sys.stderr)
        return 77
    for problem in problems:
        print(problem)
    print(f"recompute.py: {len(work.fills)} fills, "
          + (f"{len(problems)} disagreements" if problems else "the books agree"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
