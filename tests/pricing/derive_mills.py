#!/usr/bin/env python3
"""Derives the coefficients of Mills' ratio in core/pricing/greeks_isa.h and prints them as C.

Needs mpmath; not part of the build. M(x) = N(-x) / n(x) on x >= 0 is P(x) / Q(x), degrees 10 and
11, both monic since x M(x) -> 1, interpolated at Chebyshev nodes of (x - k) / (x + k). The last
line is the largest relative error with the coefficients rounded to double.
"""
import sys

from mpmath import cos, erfc, exp, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sqrt

mp.dps = 60
K, DEGREE = mpf('3.2'), 11


def mills(x):
    if x > 10 ** 5:
        return (1 - x ** -2 + 3 * x ** -4) / x
    return sqrt(pi / 2) * erfc(x / sqrt(2)) * exp(x * x / 2)


def points(count):
    ts = [cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    return [K * (1 + t) / (1 - t) for t in ts]


def coefficients():
    """P_0 .. P_9 and Q_0 .. Q_10; the leading ones are 1."""
    count = 2 * DEGREE - 1
    a, y = matrix(count, count), matrix(count, 1)
    for i, x in enumerate(points(count)):
        scale = (1 + x) ** -DEGREE
        y[i] = scale * (mills(x) * x ** DEGREE - x ** (DEGREE - 1))
        for j in range(DEGREE - 1):
            a[i, j] = x ** j * scale
        for j in range(DEGREE):
            a[i, DEGREE - 1 + j] = -mills(x) * x ** j * scale
    found = [float(c) for c in lu_solve(a, y)]
    return found[:DEGREE - 1], found[DEGREE - 1:]


def show(name, values):
    rows = [", ".join(c.hex() for c in values[i:i + 4]) for i in range(0, len(values), 4)]
    print("static const double %s[] = {\n    %s,\n};" % (name, ",\n    ".join(rows)))


def main():
    top, bottom = coefficients()
    show("rh_mills_p", top)
    show("rh_mills_q", bottom)
    p = [mpf(1)] + [mpf(c) for c in top[::-1]]
    q = [mpf(1)] + [mpf(c) for c in bottom[::-1]]
    worst = max(abs(polyval(p, x) / polyval(q, x) / mills(x) - 1) for x in points(1999))
    print("/* relative error", nstr(worst, 3), "*/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
