#!/usr/bin/env python3
"""Where the first guess of core/pricing/kernel_implied_vol.h comes from: a normal (Bachelier)
option with distance z = (F - K) / (sigma_N sqrt T) has gap / price s = z / (n(z) - z N(-z)).
Prints, per row of the table, polynomials for s / z in s and for z in sqrt(ln s), and their largest
error; then how the normal vol becomes the lognormal one (rh_vol_carry) and how far that is off.
Needs numpy and mpmath; the iteration corrects the guess: the last digits do not matter."""
import mpmath
import numpy

mpmath.mp.dps = 30


def log_ratio(z):
    z = mpmath.mpf(z)
    if z < 12:
        left = 1 - z * mpmath.sqrt(mpmath.pi / 2) * mpmath.exp(z * z / 2) * mpmath.erfc(
            z / mpmath.sqrt(2))
    else:
        left = sum((-1) ** k * mpmath.fac2(2 * k + 1) / z ** (2 * k + 2) for k in range(20))
    return float(mpmath.log(z) - mpmath.log(left) + z * z / 2 + mpmath.log(2 * mpmath.pi) / 2)


def fit(x, y, low, high, degree=9):
    """Least squares on Chebyshev polynomials, reweighted towards the smallest largest error."""
    inside = (x >= low * 0.999) & (x <= high * 1.001)
    x, y = x[inside], y[inside]
    basis = numpy.polynomial.chebyshev.chebvander((2 * x - low - high) / (high - low), degree)
    weight = 1 / numpy.abs(y)
    for _ in range(60):
        c = numpy.linalg.lstsq(basis * weight[:, None], y * weight, rcond=None)[0]
        error = numpy.abs(basis @ c / y - 1)
        weight *= 0.3 + error / error.max()
        weight = numpy.maximum(weight / weight.max(), 1e-6)
    inner = numpy.polynomial.Polynomial([-(low + high) / (high - low), 2 / (high - low)])
    outer = numpy.polynomial.Polynomial(numpy.polynomial.chebyshev.cheb2poly(c))
    return outer(inner).coef, error.max()


def first_correction(x):
    """L(x) = (2 / x^2) ln(sinh(x/2) / (x/2)), exact for small vols at any x = |ln F/K|."""
    return 2 / x ** 2 * numpy.log(numpy.sinh(x / 2) / (x / 2))


def fit_correction(reach=8.0, count=600):
    """12 L as (1 + p1 q + p2 q^2) / (1 + d1 q + d2 q^2) in q = x^2, relative least squares."""
    x = numpy.linspace(1e-3, reach, count)
    q, y = x * x, 12 * first_correction(x)
    weight = 1 / y
    for _ in range(50):
        rows = numpy.stack([q, q * q, -y * q, -y * q * q], axis=1) * weight[:, None]
        p1, p2, d1, d2 = numpy.linalg.lstsq(rows, (y - 1) * weight, rcond=None)[0]
        bottom = 1 + q * (d1 + q * d2)
        weight = 1 / (bottom * y)
    error = numpy.max(numpy.abs((1 + q * (p1 + q * p2)) / bottom / y - 1))
    return (p1, p2, d1, d2), error


def lognormal_price(x, v):
    """The out-of-the-money price over sqrt(F K)."""
    d = mpmath.mpf(x) / v
    return mpmath.exp(-mpmath.mpf(x) / 2) * mpmath.ncdf(-d + v / 2) - mpmath.exp(
        mpmath.mpf(x) / 2) * mpmath.ncdf(-d - v / 2)


def normal_vol(x, v):
    """w of the normal model on ln F/K with that price, divided by 2 sinh(x/2) / x."""
    target = mpmath.log(lognormal_price(x, v) * x / (2 * mpmath.sinh(mpmath.mpf(x) / 2)))

    def miss(w):
        z = x / w
        return mpmath.log(w * (mpmath.npdf(z) - z * mpmath.ncdf(-z))) - target
    return mpmath.findroot(miss, v / mpmath.sqrt(1 + v * v / 12))


def carried(w, x, correction, rest):
    p1, p2, d1, d2 = correction
    q, y = x * x, w * w
    level = (1 + q * (p1 + q * p2)) / (1 + q * (d1 + q * d2)) / 12
    more = y / 480 * (1 + y * (rest[1] + y * rest[2])) / (1 + rest[0] * q)
    return w / (1 - y * (level + more)) ** 0.5


def show_carry(rest=(0.018657, 0.0707, 0.01652)):
    """The last three were fitted by least squares to the points below."""
    correction, error = fit_correction()
    print(f"rh_vol_carry: 12 L to {error:.1e}: " + ", ".join(f"{c:.9g}" for c in correction + rest))
    for x in (0.01, 0.5, 1.0, 2.0, 4.0):
        misses = [f"{float(carried(normal_vol(x, v), x, correction, rest) / v - 1):.1e}"
                  for v in (0.1, 0.3, 0.5, 0.8, 1.2) if x < 12 * v]
        print(f"  x = {x}: off by {', '.join(misses)} up to v = 1.2")


def main():
    z = numpy.concatenate([numpy.linspace(1e-3, 2, 800), numpy.linspace(2, 6, 800),
                           numpy.linspace(6, 40, 1500)])
    logs = numpy.array([log_ratio(each) for each in z])
    s, root = numpy.exp(numpy.minimum(logs, 700)), numpy.sqrt(numpy.maximum(logs, 0))
    rows = [(s, s / z, 0, 4), (root, z, 1.1774, 2.5), (root, z, 2.5, 8), (root, z, 8, 28)]
    for x, y, low, high in rows:
        coefficients, error = fit(x, y, low, high)
        print(f"up to {high}: error {error:.1e}")
        print("  " + ", ".join(f"{each:.14g}" for each in coefficients))
    show_carry()


if __name__ == "__main__":
    main()
