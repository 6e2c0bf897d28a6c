#!/usr/bin/env python3
"""Derives every coefficient of core/math/kernel_*.h and prints it as C.

Needs mpmath; not part of the build. Polynomials and rationals interpolate the function at
Chebyshev nodes of their interval (within a small factor of minimax) in 60-digit arithmetic. Each
block ends with the largest error found after rounding the coefficients to double, as log2.
"""
import sys
from mpmath import mp, mpf, matrix, lu_solve, polyval, nstr
from mpmath import cos, sin, exp, log, sqrt, pi, erfc, atanh, floor

mp.dps = 60


def nodes(a, b, count):
    """Chebyshev nodes of [a, b]."""
    return [(a + b) / 2 + (b - a) / 2 * cos(pi * (2 * k + 1) / (2 * count)) for k in range(count)]


def polynomial(f, a, b, degree):
    xs = nodes(mpf(a), mpf(b), degree + 1)
    A = matrix(degree + 1, degree + 1)
    y = matrix(degree + 1, 1)
    for i, x in enumerate(xs):
        y[i] = f(x)
        for j in range(degree + 1):
            A[i, j] = x**j
    return list(lu_solve(A, y))


def rational(f, xs, m, n):
    """P of degree m over Q of degree n, Q(0) = 1, through f at the m + n + 1 points xs."""
    count = m + n + 1
    A = matrix(count, count)
    y = matrix(count, 1)
    for i, x in enumerate(xs):
        y[i] = f(x)
        for j in range(m + 1):
            A[i, j] = x**j
        for j in range(1, n + 1):
            A[i, m + j] = -y[i] * x**j
    s = list(lu_solve(A, y))
    return s[:m + 1], [mpf(1)] + s[m + 1:]


def rounded(cs):
    return [mpf(float(c)) for c in cs]


def value(cs, x):
    return polyval(cs[::-1], x)


def hexa(x):
    h = float(x).hex()
    mantissa, exponent = h.split('p')
    mantissa = mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa
    return mantissa + 'p' + exponent


def show(name, cs):
    print('static const double %s[] = {' % name)
    line = '   '
    for c in cs:
        item = ' ' + hexa(c) + ','
        if len(line) + len(item) > 98:
            print(line)
            line = '   '
        line += item
    print(line)
    print('};')


def pair(name, x, cut=None):
    """x as an unevaluated sum of two or three doubles; `cut` clears low bits of the first."""
    hi = mpf(float(x))
    if cut:
        scale = mpf(2)**cut
        hi = floor(x * scale) / scale
    lo = x - hi
    third = lo - mpf(float(lo))
    print('#define %s_HI %s' % (name, hexa(hi)))
    print('#define %s_LO %s' % (name, hexa(lo)))
    print('/* %s third part %s */' % (name, hexa(third)))


def error(f, g, a, b, weight=lambda x: mpf(1), count=1500):
    worst = mpf(0)
    for i in range(count + 1):
        x = a + (b - a) * mpf(i) / count
        worst = max(worst, abs(g(x) - f(x)) * weight(x))
    print('/* error 2^%s */' % nstr(log(worst, 2), 5))


def block_exp():
    half = log(mpf(2)) / 2 * mpf('1.0001')

    def q(r):   # (exp(r) - 1 - r) / r^2
        if abs(r) < mpf(10)**-12:
            return mpf(1) / 2 + r / 6
        return (exp(r) - 1 - r) / (r * r)
    cs = rounded(polynomial(q, -half, half, 10))
    show('rh_exp_q', cs)
    error(q, lambda r: value(cs, r), -half, half, lambda r: r * r)
    pair('RH_LN2', log(mpf(2)), 40)
    print('#define RH_LOG2E', hexa(1 / log(mpf(2))))


def block_log():
    s_max = (sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1) * mpf('1.0001')
    z_max = s_max * s_max

    def g(z):   # (2 atanh(s) - 2 s) / s^3 = 2/3 + 2/5 z + ...
        if z < mpf(10)**-20:
            return mpf(2) / 3 + z * 2 / 5
        s = sqrt(z)
        return (2 * atanh(s) - 2 * s) / (s * z)
    cs = rounded(polynomial(g, 0, z_max, 7))
    show('rh_log_r', cs)
    error(g, lambda z: value(cs, z), mpf(0), z_max, lambda z: z)

    def h(z):   # (2 atanh(s) - 2 s - 2/3 s^3 - 2/5 s^5) / s^7
        if z < mpf(10)**-9:
            return mpf(2) / 7 + z * 2 / 9 + z * z * 2 / 11
        s = sqrt(z)
        return (2 * atanh(s) - 2 * s - 2 * s**3 / 3 - 2 * s**5 / 5) / s**7
    cs = rounded(polynomial(h, 0, z_max, 8))
    show('rh_log_tail', cs)
    error(h, lambda z: value(cs, z), mpf(0), z_max, lambda z: z**3)

    # The exponent of a quotient read off the difference of two bit patterns is off by what
    # log2(m) - (m - 1) varies, at most 0.0861: the quotient is below 2^0.5861 then.
    wide = mpf(2)**mpf('0.58608')
    s_wide = (wide - 1) / (wide + 1)
    cs = rounded(polynomial(g, 0, s_wide**2, 8))
    show('rh_log_ratio', cs)
    error(g, lambda z: value(cs, z), mpf(0), s_wide**2, lambda z: z)
    pair('RH_TWO_THIRDS', mpf(2) / 3)
    pair('RH_TWO_FIFTHS', mpf(2) / 5)


def block_trig():
    z_max = (pi / 4 * mpf('1.0001'))**2

    def s(z):   # (sin(r) - r) / r^3
        if z < mpf(10)**-20:
            return -mpf(1) / 6 + z / 120
        r = sqrt(z)
        return (sin(r) - r) / (r * z)

    def c(z):   # (cos(r) - 1 + r^2 / 2) / r^4
        if z < mpf(10)**-14:
            return mpf(1) / 24 - z / 720
        r = sqrt(z)
        return (cos(r) - 1 + z / 2) / (z * z)
    cs = rounded(polynomial(s, 0, z_max, 6))
    show('rh_sin_s', cs)
    error(s, lambda z: value(cs, z), mpf(0), z_max, lambda z: z)
    cs = rounded(polynomial(c, 0, z_max, 6))
    show('rh_cos_c', cs)
    error(c, lambda z: value(cs, z), mpf(0), z_max, lambda z: z * z)
    p1 = mpf(float(pi / 2))
    p2 = mpf(float(pi / 2 - p1))
    p3 = mpf(float(pi / 2 - p1 - p2))
    for i, p in enumerate((p1, p2, p3)):
        print('#define RH_PIO2_%d %s' % (i + 1, hexa(p)))
    print('#define RH_TWO_OVER_PI', hexa(2 / pi))
    # 64 zero bits, then 2/pi from its first bit after the point.
    bits = 64 + 1024 + 256
    mp.prec = 1700
    whole = int(floor(2 / +pi * mpf(2)**(bits - 64)))
    mp.dps = 60
    words = [(whole >> (bits - 64 * (i + 1))) & (2**64 - 1) for i in range(bits // 64)]
    print('static const uint64_t rh_two_over_pi_bits[] = {')
    for i in range(0, len(words), 4):
        print('    ' + ' '.join('0x%016x,' % w for w in words[i:i + 4]))
    print('};')


ERFCX_K_NORMAL = mpf('5.5')
ERFCX_C_NORMAL = mpf('0.796875')


def erfcx(x):
    if x > 60:
        total, term = mpf(0), mpf(1)
        for k in range(1, 30):
            total += term
            term *= -(2 * k - 1) / (2 * x * x)
        return total / (x * sqrt(pi))
    return exp(x * x) * erfc(x)


def block_erfc(degree=25):
    k = ERFCX_K_NORMAL / sqrt(mpf(2))
    c = ERFCX_C_NORMAL * sqrt(mpf(2))

    def f(t):
        if t > 1 - mpf(10)**-30:
            return c / sqrt(pi)
        x = k * (1 + t) / (1 - t)
        return (1 + c * x) * erfcx(x)
    cs = polynomial(f, -1, 1, degree)
    hi = rounded(cs)
    lo = mpf(float(cs[0] - hi[0]))
    show('rh_erfcx_p', hi)
    print('#define RH_ERFCX_P0_LO', hexa(lo))
    error(f, lambda t: value(hi, t) + lo, mpf(-1), mpf(1), lambda t: 1 / f(t))
    pair('RH_ERFCX_K', k)
    pair('RH_ERFCX_C', c)
    pair('RH_INV_SQRT_2PI', 1 / sqrt(2 * pi))


def upper_quantile(log_p):
    """y with log(1 - Phi(y)) = log_p, by Newton on the logarithm."""
    y = sqrt(-2 * log_p)
    y = max(y - (log(y) + mpf('0.92')) / y, mpf('0.5'))
    for _ in range(60):
        mills = sqrt(pi / 2) * erfcx(y / sqrt(mpf(2)))
        step = (log(mills) - y * y / 2 - log(2 * pi) / 2 - log_p) * mills
        y += step
        if abs(step) < mpf(10)**-50:
            break
    return y


def stretched(a, b, k, count):
    """Chebyshev nodes of (x - k) / (x + k), which lie denser near a."""
    ts = nodes((a - k) / (a + k), (b - k) / (b + k), count)
    return [k * (1 + t) / (1 - t) for t in ts]


def block_quantile(degree=7):
    u_max = mpf('0.425')**2
    root = sqrt(2 * pi)

    def central(v):     # (quantile(1/2 + q) / q - sqrt(2 pi)) / q^2, v = u_max - q^2
        q = sqrt(u_max - v)
        return (upper_quantile(log(mpf(1) / 2 - q)) / q - root) / (q * q)
    top = u_max - mpf('1e-7')
    P, Q = rational(central, stretched(mpf(0), top, mpf('0.16'), 2 * degree + 1), degree, degree)
    P, Q = rounded(P), rounded(Q)
    show('rh_quantile_p', P)
    show('rh_quantile_q', Q)
    error(central, lambda v: value(P, v) / value(Q, v), mpf(0), top,
          lambda v: (u_max - v) / (root + central(v) * (u_max - v)), 300)
    pair('RH_SQRT_2PI', root)

    def tail(r):        # r - |quantile|, r = sqrt(-2 log p)
        return r - upper_quantile(-r * r / 2)
    least = sqrt(-2 * log(mpf('0.0751')))
    most = sqrt(-2 * log(mpf(2)**-1075))
    for name, a, b, k in (('near', least, mpf(7), mpf('1.8')), ('far', mpf(7), most, mpf(16))):
        P, Q = rational(tail, stretched(a, b, k, 2 * degree + 1), degree, degree)
        P, Q = rounded(P), rounded(Q)
        show('rh_quantile_%s_p' % name, P)
        show('rh_quantile_%s_q' % name, Q)
        error(tail, lambda r: value(P, r) / value(Q, r), a, b,
              lambda r: 1 / upper_quantile(-r * r / 2), 300)


BLOCKS = {'exp': block_exp, 'log': block_log, 'trig': block_trig, 'erfc': block_erfc,
          'quantile': block_quantile}

if __name__ == '__main__':
    for name in sys.argv[1:] or BLOCKS:
        print('/* ---- %s ---- */' % name)
        BLOCKS[name]()
