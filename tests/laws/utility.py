"""What policies are worth under exponential utility, against the optimum of Hodges & Neuberger,
which none may beat: one short call, 63 steps, nothing held at the start, the first trade paid, what
is held at expiry marked at the mid. Where a price can be had by quadrature (a hedge on a clock) the
engine must meet it."""
import functools

import closed_form as law
from closed_form import Option
from law import Row
from optimum import optimum_price
from quadrature import Clock, clock_price
from study import COST, PRICE, Study, price_less

FILE, LAW = "policy_compare", "Hodges-Neuberger"
STEPS, YEARS, VOL = 63, 0.25, 0.2
YEAR_NS = 365 * 86400 * 10**9


class SetUp:
    """One problem: risk aversion, cost, and another option or market than that of the file."""

    def __init__(self, risk_aversion, cost, holdings=81, **other):
        self.risk_aversion, self.cost, self.other = risk_aversion, cost, other
        self.steps, self.vol = other.get("steps", STEPS), other.get("real_vol", VOL)
        self.option = Option(other.get("spot", 100.0), other.get("strike", 100.0),
                             other.get("expiry_years", YEARS))
        self.optimum = functools.lru_cache(lambda: optimum_price(
            self.option, self.vol, cost, risk_aversion, self.steps, holdings))
        self.words = f"gamma {risk_aversion:g}, cost {cost:g}" + "".join(
            f", {name} {value:g}" for name, value in other.items() if not name.endswith("_vol"))
        self.words += f", vol {self.vol:g}" if self.vol != VOL else ""

    def study(self, policy, hedge_vol=None):
        sets = {"risk_aversion": self.risk_aversion, "cost": self.cost, **self.other}
        if hedge_vol:
            sets["hedge_vol"] = hedge_vol
        return Study("optimum", sets, policy)

    def knowing(self, policy, more=""):
        """The policy, told what the market costs and how much its owner dislikes risk."""
        return self.study(f"{policy}:risk_aversion={self.risk_aversion:g},cost={self.cost:g}"
                          + (f",{more}" if more else ""))

    def every(self, steps):
        """The clock of `interval`, late by less than a nanosecond a trade: after the step's price
        is known."""
        return f"{-(-round(self.option.years * YEAR_NS) * steps // self.steps)}ns"

    def leland_vol(self):
        return law.leland_vol(self.vol, self.cost, self.option.years / self.steps)


def no_worse(at, study, seen, paths, quick=0, param=None):
    """No policy prices below the optimum."""
    reference = ()
    if param is not None and not at.other:
        reference = (FILE, f"gamma={at.risk_aversion:g} lambda={at.cost:g} | {seen} | {param}")
    return Row(LAW, f"price, {seen} | {at.words}", study, PRICE, at.optimum, paths, quick,
               errors=4, plus=1e-4, relation=">=", reference=reference)


def clocks(at, paths, quick=0):
    """Every step at the real vol and at Leland's, and every 5 and 10 steps."""
    points = [("BS delta every step", "0.0", "delta_band:band=0", 1, at.vol),
              ("Leland delta every step", "0.0", "delta_band:band=0", 1, at.leland_vol()),
              ("BS every 5 steps", "5.0", f"interval:every={at.every(5)}", 5, at.vol)]
    if at.risk_aversion < 0.5:  # above, a few paths in a thousand are all of the price
        points.append(("BS every 10 steps", "10.0", f"interval:every={at.every(10)}", 10, at.vol))
    out = []
    for seen, param, policy, every, hedge_vol in points:
        study = at.study(policy, hedge_vol if hedge_vol != at.vol else None)
        few = quick if every == 1 else 0
        out.append(no_worse(at, study, seen, paths, few, param))
        out.append(Row(LAW, f"price, exact, {seen} | {at.words}", study, PRICE, functools.partial(
            clock_price, at.option, at.vol, hedge_vol, at.cost, at.risk_aversion, at.steps, every),
            paths, 0, errors=4, plus=1e-4))
        if every == 1:
            clock = Clock(at.option, at.steps, hedge_vol, at.vol, 0.0)
            out.append(Row(LAW, f"cost, exact, {seen} | {at.words}", study, COST,
                           functools.partial(clock.cost, at.cost, first_free=False), paths, few,
                           errors=4, plus=1e-6))
    return out


def bands(at, paths):
    out = [no_worse(at, at.study("native:none"), "no hedge", paths, 0, "0.0")]
    for half in ("0.02", "0.05", "0.1", "0.15", "0.2", "0.3"):
        out.append(no_worse(at, at.study(f"delta_band:band={half}"), f"delta band {half}", paths, 0,
                            half))
    for move, percent in (("0.01", 1), ("0.02", 2), ("0.04", 4)):
        out.append(no_worse(at, at.study(f"crab:every=1000d,threshold={move}"),
                            f"price move {percent}%", paths, 0, move))
    return out


def utility_policies(at, paths, many, quick=0):
    """Bounds of the policies that know the utility, their order, and on `many` paths how near to
    the optimum Zakamouline's comes."""
    out = []
    for multiple in ("0.25", "0.5", "0.75", "1.25", "1.5", "2"):
        out.append(no_worse(at, at.knowing("whalley_wilmott", f"multiple={multiple}"),
                            f"Whalley-Wilmott x{multiple}", paths, 0, repr(float(multiple))))
    edge, centre = at.knowing("whalley_wilmott"), at.knowing("whalley_wilmott", "to=centre")
    best = at.knowing("zakamouline")
    out += [no_worse(at, edge, "Whalley-Wilmott x1", paths, quick, "1.0"),
            no_worse(at, centre, "WW band, to centre", paths, quick, "1.0"),
            no_worse(at, best, "Zakamouline", many, quick, "1.0"),
            Row(LAW, f"price, Zakamouline, within 1% of the optimum | {at.words}", best, PRICE,
                lambda: 1.01 * at.optimum(), many, quick, relation="<="),
            no_worse(at, at.knowing("barles_soner"), "Barles-Soner", paths),
            no_worse(at, at.study(f"leland:every=0s,cost={at.cost:g}"), "leland.lua", paths)]
    if at.risk_aversion < 0.5:  # above, it is 0.005: a million paths to see it
        out.append(Row(LAW, f"price to the centre less price to the edge | {at.words}", edge,
                       price_less(centre), lambda: 0.0, paths, quick, relation=">="))
    return out


def rows():
    out = []
    for at, many, quick in ((SetUp(0.1, 0.005), 50000, 1500), (SetUp(1.0, 0.001, 161), 20000, 0)):
        out += clocks(at, 20000, quick) + bands(at, 20000)
        out += utility_policies(at, 20000, many, quick)
    other = SetUp(0.3, 0.002, 161, strike=106.0, steps=42, expiry_years=0.2, real_vol=0.3,
                  hedge_vol=0.3, premium_vol=0.3)
    return out + clocks(other, 20000) + bands(other, 20000) + utility_policies(other, 20000, 20000)
