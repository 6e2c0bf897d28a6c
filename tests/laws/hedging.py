"""The laws of discrete hedging as rows: Boyle & Emanuel, Derman & Kamal, the gamma P&L, the hedge
at the actual vol, Toft, Leland. The tolerance of a law is that of its statement; beside it, where
an expectation can be had exactly by quadrature, the engine must meet it within 4 errors."""
import functools
import math

import closed_form as law
from closed_form import Option
from law import Row
from quadrature import Clock
from study import COST, Study, cost_not_in_pnl, gamma_pnl, pnl, variance_of

FILE = "hedging_laws"
MONTH = 0.08333333333333333
EXACT = {"errors": 4, "plus": 1e-6}     # the quadrature's own error


def option_of(sets, years):
    return Option(sets.get("spot", 100.0), sets.get("strike", 100.0),
                  sets.get("expiry_years", years), sets.get("rate", 0.0),
                  sets.get("option", "call"))


def label(sets, **defaults):
    """What distinguishes a point: its numbers in the words of the scenario."""
    shown = {**defaults, **sets}
    return ", ".join(f"{name} {value:g}" if isinstance(value, (int, float)) else str(value)
                     for name, value in shown.items())


def boyle_emanuel(sets, paths, quick=0, exact=True):
    base = {"steps": 63, "expiry_years": 0.25, "premium_vol": 0.3, "drift": 0.1, "rate": 0.05}
    at = {**base, **sets}
    option, vol = option_of(at, 0.25), at["premium_vol"]
    dt = option.years / at["steps"]
    sign = 1.0 if at.get("side", "long") == "long" else -1.0
    scale = 0.5 * option.gamma(vol) * option.spot**2 * vol**2 * dt * sign
    study, name = Study("boyle_emanuel", sets), "Boyle-Emanuel"
    first = {"reference": (FILE, name)} if not sets else {}
    words = label(sets) or "long call at the money"
    steps = Clock(option, at["steps"], vol, vol, at["drift"])
    moments = functools.lru_cache(lambda: steps.one_step(abs(scale)))

    def row(what, measure, expected, **more):
        reference = (*first["reference"], what) if first and "exact" not in what else ()
        return Row(name, f"{what} | {words}", study, measure, expected, paths, quick,
                   reference=reference, **more)

    rows = []
    if not sets:    # at the money: elsewhere the next order is as large
        rows += [row("mean X", pnl("mean", scale), lambda: 0.0, plus=0.03),
                 row("var X", variance_of("pnl", scale), lambda: 2.0, plus=0.06),
                 row("skew X", pnl("skew", sign), lambda: math.sqrt(8), plus=0.25),
                 row("P(X<0)", pnl("probability_of_loss"), lambda: math.erf(math.sqrt(0.5)),
                     plus=0.01)]
    loss = (lambda: moments()[3]) if sign > 0 else (lambda: 1 - moments()[3])
    if exact:
        rows += [row("mean X, exact", pnl("mean", scale), lambda: moments()[0], **EXACT),
                 row("std X, exact", pnl("std", abs(scale)), lambda: moments()[1], **EXACT),
                 row("skew X, exact", pnl("skew", sign), lambda: moments()[2], **EXACT),
                 row("P(loss), exact", pnl("probability_of_loss"), loss, **EXACT)]
    return rows


def derman_kamal(steps, sets, paths, quick=0, words="", exact=False):
    sets = {"steps": steps, **sets}
    vol, drift = sets.get("premium_vol", 0.2), sets.get("drift", 0.0)
    option, name = option_of(sets, MONTH), "Derman-Kamal"
    study, share = Study("derman_kamal", sets), {21: 0.06, 84: 0.03, 336: 0.015}[steps]
    seen = f" | {label(sets)}"

    def row(what, measure, expected, in_file, **more):
        return Row(name, what + seen, study, measure, expected, paths, quick,
                   reference=(FILE, name, words, f"N={steps} ", in_file) if words else (), **more)

    rows = [row("std, sqrt(pi/4) vega sigma / sqrt(N)", pnl("std"),
                lambda: law.derman_kamal(option, vol, steps), "sqrt(pi/4)", share=share),
            row("std, the sum over steps", pnl("std"),
                lambda: law.derman_kamal_sum(option, vol, steps, drift), "exact sum", share=share),
            row("mean", pnl("mean"), lambda: 0.0, "mean P&L", errors=4)]
    if exact:
        rows.append(Row(name, "std, exact" + seen, study, pnl("std"),
                        Clock(option, steps, vol, vol, drift).error_std, paths, quick, **EXACT))
    return rows


def gamma_rows(steps, sets, paths, quick=0, words=""):
    sets = {"steps": steps, **sets}
    hedge_vol, real_vol = sets.get("hedge_vol", 0.3), sets.get("real_vol", 0.4)
    option = option_of({"rate": 0.02, **sets}, 0.25)
    sign = -1.0 if sets.get("side") == "long" else 1.0
    study, seen, fine = Study("gamma_pnl", sets), f" | {label(sets)}", steps >= 1008
    reference = (FILE, words, f"N={steps} ") if words else ()

    def row(what, measure, expected, in_file, **more):
        return Row("Gamma P&L", what + seen, study, measure, expected, paths, quick,
                   reference=(*reference, in_file) if words else (), **more)

    return [row("mean", pnl("mean"), lambda: sign * law.gamma_pnl_mean(
                    option, hedge_vol, real_vol, sets.get("drift", 0.0)), "E[P&L] = -int",
                share=0.02, errors=4),
            row("correlation with the sum over the path", gamma_pnl("correlation"),
                lambda: 0.998 if fine else 0.97, "corr(P&L", relation=">="),
            row("std of what it leaves / std of the P&L", gamma_pnl("residual"),
                lambda: 0.06 if fine else 0.25, "/ std(P&L)", relation="<=")]


def actual_vol(steps, sets, paths, quick=0, reference=False):
    sets = {"steps": steps, **sets}
    option = option_of({"rate": 0.02, **sets}, 0.25)
    implied, actual = sets.get("premium_vol", 0.3), sets.get("real_vol", 0.4)
    sign = -1.0 if sets.get("side") == "long" else 1.0
    study, seen, name = Study("actual_vol", sets), f" | {label(sets)}", "Hedge at actual vol"
    rows = [Row(name, "mean, (V(implied) - V(actual)) e^{rT}" + seen, study, pnl("mean"),
                lambda: sign * (option.price(implied) - option.price(actual)) * option.growth(),
                paths, quick, errors=4, reference=(FILE, name, "mu=0 ") if reference else ()),
            Row(name, "std, Derman-Kamal's" + seen, study, pnl("std"),
                lambda: law.derman_kamal(option, actual, steps), paths, quick, share=0.06,
                reference=(FILE, name, "std P&L") if reference else ())]
    if sets.get("drift", 0.0) == option.rate and steps <= 252:
        rows.append(Row(name, "std, exact" + seen, study, pnl("std"),
                        Clock(option, steps, actual, actual, option.rate).error_std, paths, quick,
                        **EXACT))
    return rows


def toft(steps, sets, paths, quick=0, reference=False):
    sets = {"steps": steps, **sets}
    vol, cost = sets.get("real_vol", 0.2), sets.get("cost", 0.001)
    option, name = option_of(sets, 0.25), "Toft"
    drift, study, seen = sets.get("drift", 0.0), Study("toft", sets), f" | {label(sets)}"
    clock = Clock(option, steps, vol, vol, drift)
    words = (FILE, "Toft 1996", f"k={cost:g} ", f"N={steps} ") if reference else ()
    share = 0.04 if steps <= 13 else 0.02
    rows = [Row(name, "cost" + seen, study, COST,
                lambda: law.toft(option, vol, cost, steps, drift), paths, quick, share=share,
                reference=words),
            Row(name, "cost, exact" + seen, study, COST, lambda: clock.cost(cost), paths, quick,
                **EXACT)]
    if option.rate:
        rows.append(Row(name, "cost less what it took from the P&L, largest" + seen, study,
                        cost_not_in_pnl, lambda: 0.0, paths, quick, plus=1e-9))
    return rows


def leland(steps, cost, sets, paths, quick=0, reference=False):
    """Sold and hedged at Leland's vol. The exact mean: the future value of the premium less what
    the option is worth at the real vol less the costs (drift is the rate)."""
    side, real = sets.get("side", "short"), sets.get("real_vol", 0.2)
    option, name = option_of(sets, 0.25), "Leland"
    vol = law.leland_vol(real, cost, option.years / steps, side)
    study = Study("leland", {"steps": steps, "cost": cost, **sets, "premium_vol": vol,
                             "hedge_vol": vol})
    seen, sign = f" | {label({'steps': steps, 'cost': cost, **sets})}", 1 if side == "short" else -1
    extra = sign * (option.price(vol) - option.price(real)) * option.growth()
    costs = functools.lru_cache(lambda: Clock(option, steps, vol, real, option.rate).cost(cost))
    words = (FILE, "Leland 1985", f"k={cost:g} ", f"N={steps} ") if reference else ()

    def row(what, measure, expected, *in_file, **more):
        return Row(name, what + seen, study, measure, expected, paths, quick,
                   reference=(*words, *in_file) if words and in_file else (), **more)

    return [row("mean P&L after costs", pnl("mean"), lambda: 0.0, "mean net P&L (FV)",
                plus=0.01 * extra, errors=4),
            row("mean P&L after costs, exact", pnl("mean"), lambda: extra - costs(), **EXACT),
            row("cost, (C(sigma_L) - C(sigma)) e^{rT}", COST, lambda: extra,
                "E[FV costs]", share=0.06),
            row("cost, exact", COST, costs, **EXACT)]


def rows():
    other = {"strike": 105.0, "real_vol": 0.3, "premium_vol": 0.3, "hedge_vol": 0.3}
    out = boyle_emanuel({}, 200000, 20000)
    out += boyle_emanuel({"strike": 110.0, "option": "put", "side": "short"}, 50000)
    out += boyle_emanuel({"strike": 92.0, "premium_vol": 0.5, "hedge_vol": 0.5, "real_vol": 0.5,
                          "rate": 0.0, "drift": -0.2}, 50000)
    rates = {"rate": 0.05, "drift": 0.05}
    for steps, paths, quick in ((21, 50000, 4000), (84, 50000, 1500), (336, 50000, 0)):
        out += derman_kamal(steps, {}, paths, quick, "r=0 ", exact=steps < 336)
        out += derman_kamal(steps, rates, paths if steps < 336 else 25000, 0, "r=0.05 ",
                            exact=steps < 336)
    out += derman_kamal(21, {"side": "long", "option": "put"}, 50000, 2000, exact=True)
    out += derman_kamal(84, {"strike": 103.0, "option": "put", "real_vol": 0.35, "hedge_vol": 0.35,
                             "premium_vol": 0.35, "expiry_years": 0.5, **rates}, 50000, exact=True)
    out += gamma_rows(63, {}, 50000, 1500, "mu=0 ")
    out += gamma_rows(63, {"drift": 0.2}, 50000, 0, "mu=0.2 ")
    out += gamma_rows(1008, {}, 4000, 0, "mu=0 ")
    out += gamma_rows(63, {"side": "long", "option": "put", "strike": 95.0, "real_vol": 0.2}, 50000)
    out += actual_vol(1008, {}, 4000, 0, True)
    out += actual_vol(63, {"drift": 0.02}, 50000, 1500)
    out += actual_vol(63, {"side": "long", "option": "put", "strike": 95.0, "drift": 0.02,
                           "premium_vol": 0.45}, 50000)
    out += toft(63, {}, 50000, 1500, True) + toft(63, {"cost": 0.005}, 20000, 0, True)
    out += toft(13, {}, 50000, 4000, True) + toft(63, rates, 50000, 1000)
    out += toft(63, {**other, "option": "put", "side": "long"}, 50000)
    for steps, cost, quick in ((63, 0.001, 0), (63, 0.005, 2000), (13, 0.001, 0)):
        out += leland(steps, cost, {}, 50000, quick, True)
    out += leland(63, 0.002, {"side": "long", "strike": 105.0}, 50000)
    out += leland(126, 0.002, {"option": "put", "real_vol": 0.4, **rates}, 50000)
    return out
