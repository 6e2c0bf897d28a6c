#!/usr/bin/env python3
"""Prints core/pricing/american_tables.h: Gauss-Legendre rules on [0, pi/2] as the sines and cosines
of their points, the inverse sines, and the weights 2 sin cos w; and the cosines of i pi / n. In the
angle both sqrt(u) and sqrt(tau - u) are analytic, which is why so few points are enough. The rule
of a panel stays one on [0, 1]."""
import math


def table(name, values):
    print(f"static const double {name}[] = {{")
    for i in range(0, len(values), 4):
        print("    " + " ".join(f"{value:.17g}," for value in values[i:i + 4]))
    print("};\n")


def gauss(count):
    """Points and weights on [0, 1], by Newton's method on Legendre's polynomial."""
    rule = []
    for i in range(count):
        x = math.cos(math.pi * (i + 0.75) / (count + 0.5))
        for _ in range(8):
            before, now = 1.0, x
            for j in range(2, count + 1):
                before, now = now, ((2 * j - 1) * x * now - (j - 1) * before) / j
            slope = count * (before - x * now) / (1 - x * x)
            x -= now / slope
        rule.append(((1 - x) / 2, 1 / ((1 - x * x) * slope * slope)))
    return rule


def main():
    print("/* Quadrature in an angle and Chebyshev points; printed by derive_american.py of the\n"
          " * tests, which says what they are. Numbers only. */\n"
          "#ifndef RH_PRICING_AMERICAN_TABLES_H\n#define RH_PRICING_AMERICAN_TABLES_H\n")
    # the premium (64) crowds its points at 0, where the price may be close to the boundary
    for count, crowd in ((16, 1), (20, 1), (32, 1), (64, 2)):
        halves = gauss(count)
        angles = [math.pi / 2 * x ** crowd for x, _ in halves]
        sines, cosines = [math.sin(a) for a in angles], [math.cos(a) for a in angles]
        table(f"rh_american_sin_{count}", sines)
        table(f"rh_american_cos_{count}", cosines)
        table(f"rh_american_per_sin_{count}", [1 / s for s in sines])
        table(f"rh_american_weight_{count}",
              [math.pi * crowd * x ** (crowd - 1) * s * c * w
               for (x, w), s, c in zip(halves, sines, cosines)])
    table("rh_american_panel_16", [x for x, _ in gauss(16)])
    table("rh_american_panel_weight_16", [w for _, w in gauss(16)])
    for count in (16, 24, 32):
        table(f"rh_american_node_{count}", [math.cos(i * math.pi / count) for i in range(count)])
    print("#endif")


if __name__ == "__main__":
    main()
