#!/usr/bin/env python3
"""Prints core/pricing/american_tables.h: Gauss-Legendre rules on [0, pi/2] as the sines and cosines
of their points with the weights 2 sin cos w, and the cosines of i pi / 32. In the angle both
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
    # the premium (48) crowds its points at 0, where the price may be close to the boundary
    for count, crowd in ((16, 1), (40, 1), (48, 2)):
        points, weights = numpy.polynomial.legendre.leggauss(count)
        halves = [((float(point) + 1) / 2, float(w) / 2) for point, w in zip(points, weights)]
        angles = [math.pi / 2 * x ** crowd for x, _ in halves]
        sines, cosines = [math.sin(a) for a in angles], [math.cos(a) for a in angles]
        table(f"rh_american_sin_{count}", sines)
        table(f"rh_american_cos_{count}", cosines)
        table(f"rh_american_weight_{count}",
              [math.pi * crowd * x ** (crowd - 1) * s * c * w
               for (x, w), s, c in zip(halves, sines, cosines)])
    table("rh_american_cosines", [round(math.cos(i * math.pi / 32), 17) + 0.0 for i in range(64)])
    print("#endif")


if __name__ == "__main__":
    main()
