"""When and how far to trade around a log contract, whose dollar gamma is 1: on a clock, to the
centre of a band, to its nearest edge. Beside each law of a band that is watched always, in its
stationary state, stands what it is when it is looked at once a step, from its first trade on."""
import math

import closed_form as law
from law import Row
from study import COST, Study, cost_ratio, of_summary, variance_of

FILE = "band_laws"
VOL, COST_RATE = 0.2, 0.001
BETWEEN = 0.01      # years between the trades of the clock whose error the bands have
BANDS = {"edge": math.sqrt(1.5 * BETWEEN) * VOL, "centre": math.sqrt(3 * BETWEEN) * VOL}


def clock_study(steps, years, vol=VOL, cost=COST_RATE):
    sets = {"steps": steps, "policy.band": 0}
    for name, value, usual in (("expiry_years", years, 1), ("cost", cost, COST_RATE)):
        if value != usual:
            sets[name] = value
    if vol != VOL:
        sets.update(premium_vol=vol, hedge_vol=vol, real_vol=vol)
    return Study("band_log", sets)


def clock(steps, years, paths, quick=0, vol=VOL, cost=COST_RATE, reference=False):
    """Of N trades the last is free, as is the first, which is none of them: N - 1 pay."""
    study = clock_study(steps, years, vol, cost)
    seen = f" | clock, steps {steps}, years {years:g}, vol {vol:g}, cost {cost:g}"
    variance, paid = law.log_clock(vol, cost, years / steps, years)
    words = (FILE, "Time-based") if reference else ()

    def row(what, measure, expected, **more):
        return Row("Log contract", what + seen, study, measure, lambda: expected, paths, quick,
                   **more)

    return [row("variance, 0.5 sigma^4 dt T", variance_of("error"), variance, share=0.06,
                reference=words and (*words, "variance")),
            row("cost N / (N - 1), kappa sigma sqrt(2/pi) T / sqrt(dt)",
                of_summary("cost", "mean", scale=(steps - 1) / steps), paid, share=0.01,
                reference=words and (*words, "E cost"))]


def band_study(to, half, steps, years, vol=VOL, cost=COST_RATE):
    study = clock_study(steps, years, vol, cost)
    return study.but(**{"policy.band": half, "policy.to": to})


def band(to, half, steps, years, paths, quick=0, vol=VOL, cost=COST_RATE, stationary=True):
    study = band_study(to, half, steps, years, vol, cost)
    seen = f" | to the {to}, h {half:.4g}, steps {steps}, years {years:g}, vol {vol:g}"
    fraction, twice = ("6", "") if to == "centre" else ("3", "2")
    variance, paid = law.log_band(vol, cost, half, years, to)
    seen_variance, seen_paid = law.log_band_seen(vol, cost, half, years, to, steps)

    def row(what, measure, expected, **more):
        return Row("Log contract", what + seen, study, measure, lambda: expected, paths, quick,
                   **more)

    rows = [row(f"variance, sigma^2 h^2 T / {fraction}", variance_of("error"), variance,
                share=0.06, errors=4),
            row(f"cost, kappa sigma^2 T / {twice}h", COST, paid, share=0.03)] if stationary else []
    return rows + [row("variance, seen once a step", variance_of("error"), seen_variance,
                       share=0.005, errors=4),
                   row("cost, seen once a step", COST, seen_paid, share=0.002, errors=4)]


def order(steps, paths, quick=0, years=1):
    """At one and the same variance of the error, what is left of the cost."""
    edge = band_study("edge", BANDS["edge"], steps, years)
    centre = band_study("centre", BANDS["centre"], steps, years)
    on_clock = clock_study(round(years / BETWEEN), years)
    name, seen = "Log contract", f" | of one error, steps {steps}, years {years:g}"
    return [Row(name, "cost of centre / cost of clock" + seen, centre,
                cost_ratio(on_clock), lambda: math.sqrt(math.pi / 6), paths, quick, share=0.03),
            Row(name, "cost of edge / cost of centre" + seen, edge, cost_ratio(centre),
                lambda: math.sqrt(0.5), paths, quick, share=0.03)]


def rows():
    steps = 100000
    out = clock(100, 1, 40000, 4000, reference=True)
    out += clock(500, 2, 10000, 0, 0.3, 0.002)
    for to, half in BANDS.items():
        out += band(to, half, steps, 1, 1000)
        out += band(to, half, 5000, 0.25, 1000, 150, stationary=False)
        out += band(to, 0.05, 40000, 2, 1000, 0, 0.4, 0.003, stationary=False)
    return out + order(steps, 1000)
