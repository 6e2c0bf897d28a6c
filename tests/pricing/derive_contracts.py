#!/usr/bin/env python3
"""Derives tests/pricing/contracts_table.h: digitals, power claims, the log contract and ranges of
liquidity from their definitions, independently of the C code. Redirect its output to that file.

Needs mpmath; not part of the build. A value is written as in a textbook, in 80 digits; every greek
is a numerical derivative of that value (mpmath.diff), never a closed form. Inputs are the doubles
that the decimal strings stand for.
"""
import sys

from mpmath import diff, erfc, exp, log, mp, mpf, nstr, sqrt

mp.dps = 80
GREEKS = ["price", "delta", "gamma", "vega", "theta", "rho", "phi", "vanna", "volga", "charm",
          "veta", "speed", "color", "zomma", "ultima", "dual_delta", "dual_gamma"]
S, K, T, R, Q, VOL = range(6)
# (sign of the derivative, orders in S, K, T, r, q, sigma)
ORDERS = {"price": (1, {}), "delta": (1, {S: 1}), "gamma": (1, {S: 2}), "vega": (1, {VOL: 1}),
          "theta": (-1, {T: 1}), "rho": (1, {R: 1}), "phi": (1, {Q: 1}),
          "vanna": (1, {S: 1, VOL: 1}), "volga": (1, {VOL: 2}), "charm": (-1, {S: 1, T: 1}),
          "veta": (-1, {VOL: 1, T: 1}), "speed": (1, {S: 3}), "color": (-1, {S: 2, T: 1}),
          "zomma": (1, {S: 2, VOL: 1}), "ultima": (1, {VOL: 3}), "dual_delta": (1, {K: 1}),
          "dual_gamma": (1, {K: 2})}
# typical, at the money, far tails, a minute, ten years, little and much vol, negative rates
POINTS = [
    ("100", "110", "0.25", "0.03", "0.01", "0.6"),
    ("43210.5", "43210.5", "0.0821917808219178", "0.05", "-0.02", "0.95"),
    ("100", "500", "0.5", "0.02", "0.04", "0.2"),
    ("1800", "1200", "0.0191780821917808", "0.0", "0.01", "0.1"),
    ("65000.25", "65010", "1.9025875190258751e-6", "-0.01", "0.0", "0.5"),
    ("1.25", "0.5", "10", "-0.02", "0.03", "5"),
    ("250", "249.999", "2", "0.1", "0.08", "0.01"),
]


def normal_cdf(x):
    return erfc(-x / sqrt(2)) / 2


def digital(model, pays, sign):
    """Textbook values: e^{-rT} E[pay-off], in coin for an inverse one."""
    def value(s, k, t, r, q, vol):
        if model == "INVERSE":
            r = q = mpf(0)
        if model == "BLACK76":
            q = r
        v = vol * sqrt(t)
        d1 = (log(s / k) + (r - q) * t) / v + v / 2
        if pays == "ASSET":
            usd = s * exp(-q * t) * normal_cdf(sign * d1)
        else:
            usd = exp(-r * t) * normal_cdf(sign * (d1 - v))
        return usd / s if model == "INVERSE" else usd
    return value


def power(p):
    def value(s, _k, t, r, q, vol):
        mean, variance = (r - q - vol ** 2 / 2) * t, vol ** 2 * t
        return exp(-r * t) * s ** p * exp(p * mean + p ** 2 * variance / 2)
    return value


def log_contract(s, k, t, r, q, vol):
    return exp(-r * t) * (log(s / k) + (r - q - vol ** 2 / 2) * t)


def greek(value, name, at):
    sign, orders = ORDERS[name]
    if not orders:
        return value(*at)
    places = sorted(orders)

    def along(*moved):
        point = list(at)
        for place, x in zip(places, moved):
            point[place] = x
        return value(*point)
    counts = tuple(orders[place] for place in places)
    if len(places) == 1:
        return sign * diff(along, at[places[0]], counts[0])
    return sign * diff(along, tuple(at[place] for place in places), counts)


def number(x, nothing=mpf(10) ** -320):
    return "0" if abs(x) < nothing else nstr(x, 30, min_fixed=0, max_fixed=0)


def row(head, value, point, nothing=mpf(10) ** -320):
    """A derivative below `nothing` is one that is 0, and the noise of the differences."""
    at = [mpf(float(text)) for text in point]
    cells = [number(greek(value, name, at), nothing) for name in GREEKS]
    lines = ["     " + ", ".join(cells[i:i + 2]) for i in range(0, len(cells), 2)]
    print("    {%s,\n     {%s},\n    {%s}},"
          % (head, ", ".join(point), ",\n".join(lines).strip()))


def claims():
    for model in ("BSM", "BLACK76", "INVERSE"):
        for pays in ("CASH", "ASSET"):
            for i, point in enumerate(POINTS):
                call = (i + (pays == "ASSET")) % 2 == 0
                if i in (2, 3):     # the far tails: out of the money
                    call = i == 2
                head = "DIGITAL, RH_MODEL_%s, RH_DIGITAL_%s, %s, 0" % (
                    model, pays, "true" if call else "false")
                row(head, digital(model, pays, 1 if call else -1), point)
    for p in ("2", "1", "0.5", "3", "-1", "1.5"):
        for point in POINTS[:3]:
            row("POWER, RH_MODEL_BSM, RH_DIGITAL_CASH, true, " + p, power(mpf(float(p))), point,
                mpf(10) ** -60)
    for point in POINTS:
        row("LOG, RH_MODEL_BSM, RH_DIGITAL_CASH, true, 0", log_contract, point, mpf(10) ** -60)


RANGES = [  # lower, upper, P0, P: inside, beside an end by an ulp or two, outside, k near 1
    ("1000", "3000", "2000", "1500"),
    ("1000", "3000", "2000", "2999.9999999999995"),
    ("1000", "3000", "1000.0000000000002", "1000.0000000000001"),
    ("1000", "3000", "500", "4000"),
    ("1000", "4000", "5000", "10"),
    ("1000", "4000", "2000", "2000.0000000000002"),
    ("1800", "1800.0000000000002", "1799", "1801"),
    ("0.000001", "1e12", "1", "1.0000001"),
]


def ranges():
    for texts in RANGES:
        low, high, start, price = (mpf(float(text)) for text in texts)

        def holds(at):
            c = min(max(at, low), high)
            return 1 / sqrt(c) - 1 / sqrt(high), sqrt(c) - sqrt(low)
        x, y = holds(price)
        x0, y0 = holds(start)
        held = x0 * price + y0
        cells = [x * price + y, x, y, (x * price + y - held) / held]
        print("    {%s,\n     %s}," % (", ".join(texts), ", ".join(number(c) for c in cells[:2])
                                      + ",\n     " + ", ".join(number(c) for c in cells[2:])))


def main():
    print("""\
/* Made by tests/pricing/derive_contracts.py, not by hand: claims and ranges of liquidity in
 * 80-digit arithmetic from their definitions, printed with 30 digits. */
#ifndef TESTS_PRICING_CONTRACTS_TABLE_H
#define TESTS_PRICING_CONTRACTS_TABLE_H

#include "rehedge/contracts.h"

enum { CLAIM_GREEKS = %d }; /* price to dual_gamma, in order */

typedef enum claim_kind { DIGITAL, POWER, LOG } claim_kind;

typedef struct claim_row {
    claim_kind kind;
    rh_option_model model;
    rh_digital pays;
    bool is_call;
    double power;
    double at[6]; /* S, K, T, r, q, sigma */
    double greeks[CLAIM_GREEKS];
} claim_row;

static const claim_row CLAIMS[] = {""" % len(GREEKS))
    claims()
    print("""};

typedef struct range_row {
    double lower, upper, start, price;
    double value, asset, quote, loss; /* for a liquidity of 1; loss against holding */
} range_row;

static const range_row RANGES[] = {""")
    ranges()
    print("};\n\n#endif")
    return 0


if __name__ == "__main__":
    sys.exit(main())
