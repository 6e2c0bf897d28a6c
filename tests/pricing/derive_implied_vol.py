#!/usr/bin/env python3
"""Where the first guess of core/pricing/kernel_implied_vol.h comes from: a normal (Bachelier)
option with distance z = (F - K) / (sigma_N sqrt T) has gap / price s = z / (n(z) - z N(-z)).
Prints, per row of the table, polynomials for s / z in s and for z in sqrt(ln s), and their largest
error. Needs numpy and mpmath; the iteration corrects the guess: the last digits do not matter."""
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


if __name__ == "__main__":
    main()
