#!/usr/bin/env python3
"""An independent replay of a scenario, event by event, written from the design alone: bars of one
asset, linear options at a flat mark vol, venues ideal and book (spread, taker fee, latency), the
policies interval, delta_band, band_or_time and twap, and the full attribution.
Usage: replay.py SCENARIO [--policy NAME] [--set policy.X=V | --set VAR=V] [--venue ideal]
Prints a summary.json-like object. test_replay.py compares it with the engine."""
import argparse
import heapq
import json
import math
import sys

import finance
import market
import scenario as scenarios
from scenario import Unmodelled

# The order of the design for events of one time.
HAPPENED, ORACLE, BLOCK, ARRIVAL, CLIENT, FUNDING, SETTLEMENT, KNOWN, REPORT, SWAP, TIMER, WAKE, \
    LEDGER = range(13)


class Policy:
    """When to trade and to which delta, for the four shipped policies modelled here."""

    def __init__(self, name, params):
        p = dict(params)
        self.name = name
        self.every_ns = self.band = None
        self.unit, self.to, self.target = "asset", "centre", 0.0
        self.slices, self.over_ns = 1, 0
        if name == "interval":
            self.every_ns = scenarios.duration_ns(p.pop("every", "1h"))
            self.target = p.pop("to", 0)
        elif name == "delta_band":
            self.band, self.unit = p.pop("band", 0.05), p.pop("unit", "asset")
            self.to = p.pop("to", "edge")
        elif name == "band_or_time":
            self.band = p.pop("band", 0.1)
            self.every_ns = scenarios.duration_ns(p.pop("every", "4h"))
        elif name == "twap":
            self.band, self.slices = p.pop("band", 0.1), int(p.pop("slices", 10))
            self.over_ns = scenarios.duration_ns(p.pop("over", "10m"))
        else:
            raise Unmodelled("policy " + name)
        if p:
            raise Unmodelled(f"params {sorted(p)} of {name}")

    def half_width(self, spot, gross_delta):
        if self.unit == "quote":
            return self.band / spot
        return self.band / 100 * gross_delta if self.unit == "percent" else self.band

    def trade(self, clock_says, delta, spot, gross_delta):
        """How much to trade now, 0 for nothing."""
        if self.band is None:
            return self.target - delta if clock_says else 0.0
        half = self.half_width(spot, gross_delta)
        if abs(delta) <= half and not clock_says:
            return 0.0
        if self.to == "centre":
            return -delta
        return math.copysign(half, delta) - delta if abs(delta) > half else 0.0


class Venue:
    def __init__(self, row):
        row = dict(row)
        self.kind = row.pop("kind")
        if self.kind not in ("ideal", "book"):
            raise Unmodelled("venue " + self.kind)
        self.half_spread = row.pop("spread_bps", 0) / 2e4
        self.fee = row.pop("taker_bps", 0) / 1e4
        row.pop("maker_bps", None)
        latency_ms = row.pop("latency_ms", 0)
        self.latency_ns = round(latency_ms * 10**6)
        # The way back: a fill is known to the policy this much later; as it happens by default.
        self.report_ns = round(row.pop("report_ms", 0) * 10**6)
        if row:
            raise Unmodelled(f"venue keys {sorted(row)}")


class Sum:
    """A running sum that loses nothing to rounding."""

    def __init__(self):
        self.parts = []

    def add(self, value):
        self.parts.append(value)

    def total(self):
        return math.fsum(self.parts)


class Replay:
    def __init__(self, scenario, bars):
        self.clock = scenario["clock"]
        hedge, = scenario["hedge"]
        instrument = scenario["instruments"][hedge]
        self.asset = instrument["asset"]
        if instrument.get("settle", scenario["numeraire"]) != scenario["numeraire"]:
            raise Unmodelled("an inverse hedge")
        if scenario["assets"][self.asset].get("rate", 0) != 0 or scenario.get("swaps"):
            raise Unmodelled("rates or swaps")
        self.lot = instrument.get("lot")
        venue = instrument.get("venue")
        self.venue = Venue(scenario["venues"][venue] if venue else {"kind": "ideal"})
        self.sigma = scenarios.flat_sigma(scenario, self.asset)
        self.hedge_sigma = scenarios.hedge_sigma(scenario, self.asset)
        block = scenario["policy"]
        self.policy = Policy(block["script"], block.get("params", {}))
        self.guards = scenario.get("guards", {})
        self.entries, self.trades = scenario["portfolio"], scenario["client_trades"]
        self.options = []
        self.position = self.reported = self.pending = 0.0
        self.spot = self.known_spot = None
        self.bars, self.queue, self.sequence = bars, [], 0
        self.woken_ns, self.clock_says, self.wake_queued_ns = None, False, None
        self.start = None           # of the attribution interval: (time, spot, net greeks)
        self.counts = {"events": 0, "orders": 0, "fills": 0}
        self.sums = {name: Sum() for name in (
            "options", "hedges", "entry", "spread", "fee", "latency", "delta", "gamma", "theta",
            "higher", "residual", "abs_residual", "abs_gamma", "turnover", "premium", "payoff",
            "square_delta", "gross_flow")}
        self.max_abs_delta, self.held = 0.0, None       # held: (since, delta)
        self.last_expiry_ns = 0
        self.order_times = []

    # --- the queue ---------------------------------------------------------------------------

    def push(self, time_ns, kind, data=None):
        if time_ns <= self.clock["to_ns"]:
            heapq.heappush(self.queue, (time_ns, kind, self.sequence, data))
            self.sequence += 1

    def run(self):
        for time_ns, price in self.bars:
            self.push(time_ns, HAPPENED, price)
            self.push(time_ns, KNOWN, price)
        for trade in self.trades:
            self.push(trade["time_ns"], CLIENT, trade)
        for expiry in sorted({entry["expiry_ns"] for entry in self.entries + self.trades}):
            self.push(expiry, SETTLEMENT, expiry)
            self.last_expiry_ns = max(self.last_expiry_ns, expiry)
        time_ns = self.clock["from_ns"]
        while time_ns < self.clock["to_ns"]:
            self.push(time_ns, LEDGER)
            time_ns += self.clock["ledger_ns"]
        self.push(self.clock["to_ns"], LEDGER)
        if self.policy.every_ns:
            self.push(self.clock["from_ns"], TIMER)
        handlers = {HAPPENED: self.happened, KNOWN: self.known, SETTLEMENT: self.settle,
                    LEDGER: self.end_interval_event, TIMER: self.timer, WAKE: self.wake,
                    ARRIVAL: self.arrive, REPORT: self.report, CLIENT: self.client}
        while self.queue:
            time_ns, kind, _, data = heapq.heappop(self.queue)
            handlers[kind](time_ns, data)
        return self.summary()

    # --- the world ---------------------------------------------------------------------------

    def happened(self, now, price):
        self.counts["events"] += 1
        self.spot = price
        if self.entries is not None:
            self.enter(now)
        self.pass_state(now)

    def enter(self, now):
        """The first mark: the portfolio enters, the first interval starts."""
        for entry in self.entries:
            self.take(now, entry)
        self.entries = None
        self.start = (now, self.spot, self.net(now))

    def take(self, now, entry):
        """One option into the book, at its price or at the mark."""
        if entry.get("settle", "") == self.asset or "vol" in entry:
            raise Unmodelled("inverse options, or a vol of an option's own")
        paid = entry.get("entry", entry.get("premium", "mark"))
        mark = finance.option(entry["sign"], self.spot, entry["strike"], self.years(now, entry),
                              0.0, self.sigma).value
        paid = mark if paid == "mark" else paid
        self.sums["entry"].add(entry["qty"] * (mark - paid))
        self.sums["premium"].add(-entry["qty"] * paid)
        self.sums["gross_flow"].add(abs(entry["qty"] * paid))
        self.sums["options"].add(-entry["qty"] * mark)
        self.options.append(entry)

    def client(self, now, trade):
        self.end_interval(now)
        self.take(now, trade)
        self.start = (now, self.spot, self.net(now))
        self.pass_state(now)
        self.ask_wake(now)

    def settle(self, now, expiry):
        self.end_interval(now)
        for entry in [entry for entry in self.options if entry["expiry_ns"] == expiry]:
            payoff = max(0.0, entry["sign"] * (self.spot - entry["strike"]))
            self.sums["options"].add(entry["qty"] * payoff)
            self.sums["payoff"].add(-entry["qty"] * payoff)
            self.sums["gross_flow"].add(abs(entry["qty"] * payoff))
            self.options.remove(entry)
        self.start = (now, self.spot, self.net(now))
        self.pass_state(now)
        self.ask_wake(now)

    @staticmethod
    def years(now, entry):
        return (entry["expiry_ns"] - now) / finance.NS_PER_YEAR

    def net(self, now):
        """What is: filled positions at the mark vol."""
        total = finance.ZERO
        for entry in self.options:
            one = finance.option(entry["sign"], self.spot, entry["strike"],
                                 self.years(now, entry), 0.0, self.sigma)
            total = finance.add(total, one, entry["qty"])
        return total._replace(delta=total.delta + self.position)

    def pass_state(self, now):
        """Delta is held between changes, until the last expiry."""
        if self.entries is not None:
            return
        if self.held is not None:
            until = min(now, self.last_expiry_ns)
            self.sums["square_delta"].add(self.held[1] ** 2 * max(0, until - self.held[0]))
        delta = self.net(now).delta
        self.held = (now, delta)
        if now <= self.last_expiry_ns and self.options:
            self.max_abs_delta = max(self.max_abs_delta, abs(delta))

    # --- attribution -------------------------------------------------------------------------

    def end_interval_event(self, now, _):
        self.end_interval(now)

    def end_interval(self, now):
        if self.start is None:
            return
        then, spot, greeks = self.start
        after = self.net(now)
        dt = (now - then) / finance.NS_PER_YEAR
        move = self.spot - spot
        terms = {"delta": greeks.delta * move, "gamma": 0.5 * greeks.gamma * move ** 2,
                 "theta": greeks.theta * dt, "higher": greeks.speed * move ** 3 / 6}
        hedge = self.position * move
        for name, value in terms.items():
            self.sums[name].add(value)
        residual = after.value - greeks.value + hedge - math.fsum(terms.values())
        self.sums["hedges"].add(hedge)
        self.sums["residual"].add(residual)
        self.sums["abs_residual"].add(abs(residual))
        self.sums["abs_gamma"].add(abs(terms["gamma"]))
        self.start = (now, self.spot, after)

    # --- what is known, and deciding ---------------------------------------------------------

    def known(self, now, price):
        self.known_spot = price
        self.ask_wake(now)

    def report(self, now, qty):
        self.reported += qty
        self.pending -= qty
        self.ask_wake(now)

    def timer(self, now, _):
        self.clock_says = True
        self.push(now + self.policy.every_ns, TIMER)
        self.ask_wake(now)

    def ask_wake(self, now):
        if self.woken_ns != now and self.wake_queued_ns != now:
            self.wake_queued_ns = now
            self.push(now, WAKE)

    def wake(self, now, _):
        if self.known_spot is None:     # what the clock said is kept for the first price
            return
        self.woken_ns, clock_says, self.clock_says = now, self.clock_says, False
        delta = gross = 0.0
        for entry in self.options:
            one = finance.option(entry["sign"], self.known_spot, entry["strike"],
                                 self.years(now, entry), 0.0, self.hedge_sigma)
            delta += entry["qty"] * one.delta
            gross += abs(entry["qty"] * one.delta)
        delta += self.reported + self.pending
        qty = self.policy.trade(clock_says, delta, self.known_spot, gross)
        if qty:
            self.order(now, finance.round_to_lot(qty, self.lot))

    def order(self, now, qty):
        if qty == 0:
            return
        if abs(qty) > self.guards.get("max_order_qty", math.inf):
            raise Unmodelled("an order beyond max_order_qty")
        done = 0.0
        for i in range(self.policy.slices):
            upto = finance.round_to_lot(qty * (i + 1) / self.policy.slices, self.lot)
            part, done = upto - done, upto
            at = now + self.policy.over_ns * i // self.policy.slices
            if part:
                self.counts["orders"] += 1
                self.pending += part
                self.push(at + self.venue.latency_ns, ARRIVAL, (part, self.known_spot))
        self.order_times = [t for t in self.order_times if now - t < 60 * 10**9] + [now]
        if len(self.order_times) > self.guards.get("max_orders_per_minute", math.inf):
            raise Unmodelled("orders beyond max_orders_per_minute")

    def arrive(self, now, order):
        self.end_interval(now)
        qty, mid_decision = order
        price = self.spot * (1 + math.copysign(self.venue.half_spread, qty))
        self.sums["latency"].add(qty * (self.spot - mid_decision))
        self.sums["delta"].add(qty * (self.spot - mid_decision))
        self.sums["hedges"].add(qty * (self.spot - mid_decision))
        self.sums["spread"].add(qty * (price - self.spot))
        self.sums["fee"].add(abs(qty) * price * self.venue.fee)
        self.sums["turnover"].add(abs(qty) * price)
        self.sums["gross_flow"].add(abs(qty) * price * (1 + self.venue.fee))
        self.counts["fills"] += 1
        self.position += qty
        self.start = (now, self.spot, self.net(now))
        self.pass_state(now)
        self.push(now + self.venue.report_ns, REPORT, qty)

    # --- the answer --------------------------------------------------------------------------

    def summary(self):
        for entry in self.options:
            raise Unmodelled("options alive at the end")
        total = {name: total.total() for name, total in self.sums.items()}
        cost = {name: total[name] for name in ("spread", "fee", "latency")}
        cost["total"] = math.fsum(cost.values())
        pnl = {name: total[name] for name in ("options", "hedges", "entry")}
        pnl["carry"] = 0.0
        pnl["total"] = math.fsum(pnl.values()) - cost["total"]
        block = {name: total[name] for name in
                 ("delta", "gamma", "theta", "higher", "residual", "entry")}
        block.update(vega=0.0, carry=0.0, cost=-cost["total"])
        first = self.bars[0][0]
        hedging = {"orders": self.counts["orders"], "fills": self.counts["fills"],
                   "turnover": total["turnover"], "max_abs_delta": self.max_abs_delta,
                   "rms_delta": math.sqrt(total["square_delta"] / (self.last_expiry_ns - first))}
        return {"events": self.counts["events"], "pnl": pnl, "cost": cost, "attribution": block,
                "hedging": hedging, "reference": {
                    "premium": total["premium"], "payoff": total["payoff"],
                    "gross_flow": total["gross_flow"],
                    "residual_share": total["abs_residual"] / total["abs_gamma"]}}


def replay(path, policy=None, params=None, settings=None, venue=None):
    data = scenarios.load(path, policy, params, settings)
    if venue is not None:
        for row in data["instruments"].values():
            row.pop("venue", None)
        data["instruments"][data["hedge"][0]]["venue"] = "reference"
        data["venues"] = {"reference": venue}
    asset = data["instruments"][data["hedge"][0]]["asset"]
    return Replay(data, market.feed_of(data, path, asset)).run()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scenario")
    parser.add_argument("--policy")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--venue", help="'ideal': leave the venue of the scenario out")
    arguments = parser.parse_args()
    params, settings = {}, {}
    for pair in arguments.set:
        key, _, text = pair.partition("=")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        if key.startswith("policy."):
            params[key[len("policy."):]] = value
        else:
            settings[key] = value
    venue = {"kind": arguments.venue} if arguments.venue else None
    try:
        result = replay(arguments.scenario, arguments.policy, params, settings, venue)
    except Unmodelled as problem:
        print(f"replay.py: not modelled here: {problem}", file=sys.stderr)
        return 77
    print(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
