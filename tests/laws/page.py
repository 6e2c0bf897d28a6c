"""docs/laws.md: the verdicts of the full set as a page, with the command line of every study. What
the page says is the same on any machine and at any time, so that it can be compared."""
import os

from study import ROOT

PAGE = os.path.join(ROOT, "docs/laws.md")

TOP = """\
# Laws

What the literature says about discrete hedging, and what this engine measures: each row is a
study of a scenario of `examples/laws/` through the whole engine (generator, Lua policy, venue
with proportional cost, books), seed 1. This page is written by

    python3 tests/laws/laws.py --write

`tests/run.sh` runs a short set of them on few paths, `tests/run.sh --all` every one. **{good} of
{count} hold.**

*Expected* is computed from the law's formula ([closed_form.py](../tests/laws/closed_form.py)),
never read from a file. Rows that say *exact* expect what the law, an expansion in the step,
leaves out too: an expectation by quadrature over the lognormal steps
([quadrature.py](../tests/laws/quadrature.py)), which the engine must meet within its sampling
error. *SE* is one standard error of what was measured. *Allowed* is how far apart both may be:
the tolerance of the law's statement, where it has one. `>=` and `<=`: measured against a bound.
Money is that of expiry. What is not named is as in the scenario; the command of each study is
below its table. All have the same random numbers, so what is measured is not independent from
row to row.
"""

ABOUT = {
    "Boyle-Emanuel": """\
The error of one step of a long option's hedge, X = error / (0.5 Gamma S^2 sigma^2 dt), is
chi-square(1) - 1: mean 0, variance 2, skew sqrt(8), P(X < 0) = P(|u| < 1). Boyle &
Emanuel (1980).""",
    "Derman-Kamal": """\
The error of N hedges has the standard deviation sqrt(pi/4) vega sigma / sqrt(N); sharper, the
root of 0.5 sigma^4 dt^2 sum E[(e^{r(T-t)} S^2 Gamma)^2]. Within 6%, 3%, 1.5% at N = 21, 84, 336.
Derman & Kamal (1999).""",
    "Gamma P&L": """\
Hedged at the vol it was sold at, a short option earns the sum of
-0.5 e^{r(T-t)} Gamma S^2 (R^2 - sigma^2 dt), path by path. Carr (2002); Ahmad & Wilmott (2005).""",
    "Hedge at actual vol": """\
Hedged at the vol that is realised it earns (V(implied) - V(actual)) e^{rT}, but for the error of
Derman & Kamal. Ahmad & Wilmott (2005).""",
    "Toft": """\
N hedges cost kappa sqrt(2/pi) sigma sqrt(dt) sum e^{r(T-t)} E[S^2 Gamma] over the N - 1 trades
between the first and the last. Within 2%, 4% at N = 13. Toft (1996).""",
    "Leland": """\
Sold and hedged at sigma_L^2 = sigma^2 (1 + sqrt(2/pi) k / (sigma sqrt(dt))), k = 2 kappa the
round trip (a long book: minus), an option earns its costs: the mean is 0 within
1% of C(sigma_L) - C(sigma), and 4 SE. Leland (1985).""",
    "Log contract": """\
A log contract has the dollar gamma 1 everywhere. Traded on a clock, to the centre of a band of
half width h dollars, or to its nearest edge: at one variance of the error, the edge costs least
and the clock most. Rows that say *seen once a step* know that a band is looked at once a step
(its half width grows by 0.5826 sigma sqrt(dt)) and that it starts where the first trade leaves it.
Grannan & Swindle (1996).""",
    "Hodges-Neuberger": """\
The reservation price (1/gamma) ln E exp(-gamma P&L) of a short call, P&L without the premium; the
first trade pays, the last is free. None may be below the optimum of Hodges & Neuberger (1989),
found here by a dynamic program of its own ([optimum.py](../tests/laws/optimum.py)); to the edge
of a band beats to its centre; Zakamouline is within 1% of the optimum. A row *price, exact* is a
hedge on a clock, whose price can be had by quadrature."""}


def number(x, digits=6):
    return f"{x:.{digits}g}"


def cell(text):
    return text.replace("|", "\\|")


def section(name, verdicts, commands):
    lines = [f"## {name}", "", ABOUT[name], "",
             "| study | | expected | measured | SE | allowed | |", "|---|---|---|---|---|---|---|"]
    letters = {}
    for v in verdicts:
        command = v.row.study.command(v.paths)
        letters.setdefault(command, f"{len(commands) + len(letters) + 1}")
        relation = "" if v.row.relation == "=" else v.row.relation + " "
        verdict = "holds" if v.good else "**fails**"
        what = v.row.what.replace(" | ", ": ")
        lines.append(f"| {letters[command]} | {cell(what)} | {relation}{number(v.expected)} | "
                     f"{number(v.measured)} | {number(v.error, 2)} | {v.row.allowed_text()} | "
                     f"{verdict} |")
    lines += ["", "```"] + [f"{letter:>3}  {command}" for command, letter in letters.items()]
    commands += letters
    return lines + ["```", ""]


def text_of(verdicts):
    names = list(dict.fromkeys(v.row.law for v in verdicts))
    good = sum(v.good for v in verdicts)
    lines, commands = TOP.format(good=good, count=len(verdicts)).split("\n"), []
    for name in names:
        lines += section(name, [v for v in verdicts if v.row.law == name], commands)
    return "\n".join(lines).rstrip("\n") + "\n"


def write(verdicts):
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(text_of(verdicts))


def is_current(verdicts):
    try:
        with open(PAGE, encoding="utf-8") as file:
            return file.read() == text_of(verdicts)
    except FileNotFoundError:
        return False
