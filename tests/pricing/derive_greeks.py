#!/usr/bin/env python3
"""Derives tests/pricing/greeks_table.h: every greek of European options 13 to 37 standard
deviations in the money, from the definition of the price, independently of the C code. Redirect its
output to that file.

Needs mpmath; not part of the build. The price is written as in a textbook; every greek is a
numerical derivative of it (mpmath.diff) in 340 digits, because there its part that is random is
down to 1e-297 of the price, and printed with 60. Inputs are the doubles that the decimal strings
stand for.
"""
import sys

from mpmath import diff, erfc, exp, log, mp, mpf, nstr, sqrt

mp.dps = 340
S, K, T, R, Q, VOL = range(6)
# (sign of the derivative, orders in S, K, T, r, q, sigma)
GREEKS = {"price": (1, {}), "delta": (1, {S: 1}), "gamma": (1, {S: 2}), "vega": (1, {VOL: 1}),
          "theta": (-1, {T: 1}), "rho": (1, {R: 1}), "phi": (1, {Q: 1}),
          "vanna": (1, {S: 1, VOL: 1}), "volga": (1, {VOL: 2}), "charm": (-1, {S: 1, T: 1}),
          "veta": (-1, {VOL: 1, T: 1}), "speed": (1, {S: 3}), "color": (-1, {S: 2, T: 1}),
          "zomma": (1, {S: 2, VOL: 1}), "ultima": (1, {VOL: 3}), "dual_delta": (1, {K: 1}),
          "dual_gamma": (1, {K: 2})}
# S, standard deviations in the money, T, r, q, sigma
POINTS = [
    ("100", 13, "0.25", "0.03", "0.01", "0.2"),
    ("43210.5", 17, "0.0821917808219178", "0.05", "-0.02", "0.3"),
    ("1800", 20, "0.0191780821917808", "-0.02", "0.01", "0.1"),
    ("1.25", 25, "2", "0.02", "0.03", "0.4"),
    ("65000.25", 30, "1.9025875190258751e-6", "-0.01", "0.0", "0.5"),
    ("250", 37, "10", "0.1", "0.08", "0.01"),
]


def price(model, sign):
    """e^{-rT} E[pay-off], in coin for an inverse option."""
    def value(s, k, t, r, q, vol):
        if model == "INVERSE":
            r = q = mpf(0)
        if model == "BLACK76":
            q = r
        v = vol * sqrt(t)
        d1 = (log(s / k) + (r - q) * t) / v + v / 2
        usd = sign * (s * exp(-q * t) * normal_cdf(sign * d1)
                      - k * exp(-r * t) * normal_cdf(sign * (d1 - v)))
        return usd / s if model == "INVERSE" else usd
    return value


def normal_cdf(x):
    return erfc(-x / sqrt(2)) / 2


def greek(value, name, at):
    sign, orders = GREEKS[name]
    if not orders:
        return value(*at)
    places = sorted(orders)

    def along(*moved):
        point = list(at)
        for place, x in zip(places, moved):
            point[place] = x
        return value(*point)
    if len(places) == 1:
        return sign * diff(along, at[places[0]], orders[places[0]])
    return sign * diff(along, tuple(at[place] for place in places),
                       tuple(orders[place] for place in places))


def number(x):
    return "0" if abs(x) < mpf(10) ** -340 else nstr(x, 60, min_fixed=0, max_fixed=0)


def row(model, sign, point):
    spot, deviations, t, _r, _q, vol = point
    strike = mpf(float(spot)) * exp(-sign * deviations * mpf(float(vol)) * sqrt(mpf(float(t))))
    texts = [spot, nstr(strike, 9), t, point[3], point[4], vol]
    at = [mpf(float(text)) for text in texts]
    value = price(model, sign)
    numbers = {name: greek(value, name, at) for name in GREEKS}
    coin = [mpf(0)] * 3
    if model == "INVERSE":
        net = at[S] * numbers["delta"]
        coin = [at[S] * numbers["price"], net + numbers["price"], net]
    cells = ",\n     ".join(number(x) for x in [*numbers.values(), *coin])
    print("    {RH_MODEL_%s, %s,\n     {%s},\n    {%s}},"
          % (model, "true" if sign > 0 else "false", ", ".join(texts), cells))


def main():
    print("""\
/* Made by tests/pricing/derive_greeks.py, not by hand: every greek of options 13 to 37 standard
 * deviations in the money, from the definition of their price in 340-digit arithmetic. */
#ifndef TESTS_PRICING_GREEKS_TABLE_H
#define TESTS_PRICING_GREEKS_TABLE_H

#include "rehedge/pricing.h"

typedef struct greeks_row {
    rh_option_model model;
    bool is_call;
    double at[6]; /* S, K, T, r, q, sigma */
    double greeks[RH_GREEKS];
} greeks_row;

static const greeks_row IN_THE_MONEY[] = {""")
    for model in ("BSM", "BLACK76", "INVERSE"):
        for i, point in enumerate(POINTS):
            row(model, 1 if i % 2 == 0 else -1, point)
            row(model, -1 if i % 2 == 0 else 1, point)
    print("};\n\n#endif")
    return 0


if __name__ == "__main__":
    sys.exit(main())
