#!/usr/bin/env python3
"""Prints core/pricing/american_tables.h: Gauss-Legendre rules on [0, pi/2] as the sines and cosines
of their points with the weights 2 sin cos w, and the cosines of i pi / 16. In the angle both
sqrt(u) and sqrt(tau - u) are analytic, which is why so few points are enough. Needs numpy."""
import math

import numpy


def table(name, values):
    print(f"static const double {name}[] = {{")
    for i in range(0, len(values), 4):
        print("    " + " ".join(f"{value:.17g}," for value in values[i:i + 4]))
    print("};\n")


def main():
    print("/* Quadrature in an angle and Chebyshev points; printed by derive_american.py of the\n"
          " * tests, which says what they are. Numbers only. */\n"
          "#ifndef RH_PRICING_AMERICAN_TABLES_H\n#define RH_PRICING_AMERICAN_TABLES_H\n")
    for count in (16, 40):
        points, weights = numpy.polynomial.legendre.leggauss(count)
        angles = [(float(point) + 1) * math.pi / 4 for point in points]
        sines, cosines = [math.sin(a) for a in angles], [math.cos(a) for a in angles]
        table(f"rh_american_sin_{count}", sines)
        table(f"rh_american_cos_{count}", cosines)
        table(f"rh_american_weight_{count}",
              [2 * s * c * float(w) * math.pi / 4 for s, c, w in zip(sines, cosines, weights)])
    table("rh_american_cosines", [round(math.cos(i * math.pi / 16), 17) + 0.0 for i in range(32)])
    print("#endif")


if __name__ == "__main__":
    main()
