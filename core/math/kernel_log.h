/* log, log1p and pow as inline kernels: x = 2^k m, m in [sqrt 1/2, sqrt 2), and the series of
 * log m = 2 atanh(s), s = (m - 1) / (m + 1). No tables, no libm. Invariant: every large term
 * (k ln 2, m - 1) is exact or a sum of two doubles. Coefficients: tests/math/derive_kernels.py. */
#ifndef RH_MATH_KERNEL_LOG_H
#define RH_MATH_KERNEL_LOG_H

#include "math/kernel_exp.h"

/* (2 atanh s - 2 s) / s^3 in z = s^2 */
static const double rh_log_r[] = {
    0x1.5555555555555p-1, 0x1.9999999999a38p-2, 0x1.2492492476c42p-2, 0x1.c71c720168526p-3,
    0x1.745cf8fe328f9p-3, 0x1.3b1c36b445cebp-3, 0x1.0fbe71ad855c9p-3, 0x1.0c05166ec4148p-3,
};

/* (2 atanh s - 2 s - 2/3 s^3 - 2/5 s^5) / s^7 in z = s^2 */
static const double rh_log_tail[] = {
    0x1.2492492492492p-2, 0x1.c71c71c71c71ap-3, 0x1.745d1745d1f53p-3, 0x1.3b13b13a648d3p-3,
    0x1.111111884034ap-3, 0x1.e1e186e63bf8cp-4, 0x1.af3cc510c097bp-4, 0x1.8374a5d516fa5p-4,
    0x1.92e03e427f05cp-4,
};

#define RH_TWO_THIRDS_HI 0x1.5555555555555p-1
#define RH_TWO_THIRDS_LO 0x1.5555555555555p-55
#define RH_TWO_FIFTHS_HI 0x1.999999999999ap-2
#define RH_TWO_FIFTHS_LO -0x1.999999999999ap-56
#define RH_SQRT_HALF_BITS UINT64_C(0x3fe6a09e667f3bcd)

typedef struct rh_k_split {
    double mantissa, power;
} rh_k_split;

/* x = mantissa 2^power for finite x > 0, subnormal or not. */
RH_KERNEL rh_k_split rh_k_log_split(double x)
{
    bool subnormal = x < DBL_MIN;
    double lifted = rh_k_choose(subnormal, 54.0, 0.0);
    uint64_t bits = rh_k_bits(x * rh_k_choose(subnormal, 0x1p54, 1.0));
    /* Counting from sqrt 1/2, the exponent field is k; + 1023 keeps it unsigned. */
    uint64_t from = bits - RH_SQRT_HALF_BITS + (UINT64_C(1023) << 52);
    uint64_t biased = from >> 52;
    double power = rh_k_double(rh_k_bits(0x1p52) | biased) - (0x1p52 + 1023.0) - lifted;
    return (rh_k_split){rh_k_double(bits - ((biased - 1023) << 52)), power};
}

/* The logarithm of a split number as an unevaluated sum, to about 2^-56 of the result. */
RH_KERNEL rh_k_pair rh_k_log_parts(rh_k_split x, double extra)
{
    const double *c = rh_log_r;
    double f = x.mantissa - 1.0;
    double s = f / (2.0 + f);
    double z = s * s, z2 = z * z, z4 = z2 * z2;
    double a = RH_FMA(RH_FMA(c[3], z, c[2]), z2, RH_FMA(c[1], z, c[0]));
    double b = RH_FMA(RH_FMA(c[7], z, c[6]), z2, RH_FMA(c[5], z, c[4]));
    double r = z * RH_FMA(b, z4, a);
    double half_square = 0.5 * f * f;
    rh_k_pair sum = rh_k_sum_fast(x.power * RH_LN2_HI, f);
    double small = RH_FMA(x.power, RH_LN2_LO, extra);
    double rest = half_square - RH_FMA(s, half_square + r, small);
    return (rh_k_pair){sum.hi, sum.lo - rest};
}

/* What Annex F asks of log outside (0, inf); NaN passes through. */
RH_KERNEL double rh_k_log_edges(double x, double result)
{
    result = rh_k_choose(x <= DBL_MAX, result, x);
    result = rh_k_choose(x == 0.0, -HUGE_VAL, result);
    return rh_k_choose(x < 0.0, (double)NAN, result);
}

RH_KERNEL double rh_k_log(double x)
{
    rh_k_pair l = rh_k_log_parts(rh_k_log_split(x), 0.0);
    return rh_k_log_edges(x, l.hi + l.lo);
}

/* log(1 + x) with the rounding of 1 + x as a first-order term. */
RH_KERNEL double rh_k_log1p(double x)
{
    double u = 1.0 + x;
    double lost = rh_k_choose(x < 1.0, x - (u - 1.0), 1.0 - (u - x));
    rh_k_pair l = rh_k_log_parts(rh_k_log_split(u), lost / u);
    return rh_k_choose(fabs(x) < 0x1p-54, x, rh_k_log_edges(u, l.hi + l.lo));
}

/* log(x) to about 2^-68 of itself. */
RH_KERNEL rh_k_pair rh_k_log_pair(double x)
{
    const double *c = rh_log_tail;
    rh_k_split split = rh_k_log_split(x);
    double m = split.mantissa, f = m - 1.0;
    double d = m + 1.0, d_lo = m - (d - 1.0), inverse = 1.0 / d;
    rh_k_pair s = {f * inverse, 0.0};
    s.lo = (RH_FMA(-s.hi, d, f) - s.hi * d_lo) * inverse;
    rh_k_pair z = rh_k_product_pair(s, s);

    double y = z.hi, y2 = y * y, y4 = y2 * y2;
    double low = RH_FMA(RH_FMA(c[3], y, c[2]), y2, RH_FMA(c[1], y, c[0]));
    double high = RH_FMA(RH_FMA(c[7], y, c[6]), y2, RH_FMA(c[5], y, c[4]));
    double tail = RH_FMA(RH_FMA(c[8], y4, high), y4, low);

    rh_k_pair fifths = rh_k_sum_fast(RH_TWO_FIFTHS_HI, RH_FMA(y, tail, RH_TWO_FIFTHS_LO));
    rh_k_pair thirds = rh_k_product_pair(z, fifths);
    rh_k_pair lead = rh_k_sum_fast(RH_TWO_THIRDS_HI, thirds.hi);
    lead.lo += thirds.lo + RH_TWO_THIRDS_LO;
    lead = rh_k_product_pair(z, lead);
    rh_k_pair two = rh_k_sum_fast(2.0, lead.hi);
    two.lo += lead.lo;
    rh_k_pair log_m = rh_k_product_pair(s, two);

    rh_k_pair sum = rh_k_sum(split.power * RH_LN2_HI, log_m.hi);
    return rh_k_sum_fast(sum.hi, sum.lo + RH_FMA(split.power, RH_LN2_LO, log_m.lo));
}

/* The same with what Annex F asks of log outside (0, inf). */
RH_KERNEL rh_k_pair rh_k_log_pair_edges(double x)
{
    if (x > 0.0 && x <= DBL_MAX) return rh_k_log_pair(x);
    return (rh_k_pair){rh_k_log_edges(x, x), 0.0};
}

/* |x|^y for finite x > 0 and y not NaN. */
RH_KERNEL double rh_k_pow_positive(double x, double y)
{
    rh_k_pair l = rh_k_log_pair(x);
    rh_k_pair e = rh_k_product(y, l.hi);
    e.lo = RH_FMA(y, l.lo, e.lo);
    /* Beyond 1000 the result is 0 or inf whatever the low part says (it may even be NaN). */
    bool far = !(fabs(e.hi) < 1000.0);
    e.lo = rh_k_choose(far, 0.0, e.lo);
    e.hi = rh_k_choose(far, copysign(1000.0, e.hi), e.hi);
    e = rh_k_sum_fast(e.hi, e.lo);
    rh_k_scaled p = rh_k_exp_parts(e.hi, e.lo);
    return rh_k_scale(p.hi + p.lo, p.power);
}

/* 0: y is no whole number, 1: odd, 2: even. */
RH_KERNEL int rh_k_parity(double y)
{
    double size = fabs(y);
    if (floor(size) != size) return 0;
    if (size >= 0x1p53) return 2;
    return (uint64_t)size & 1 ? 1 : 2;
}

/* Annex F where x is zero, negative or infinite, or y infinite; neither is NaN. */
RH_KERNEL double rh_k_pow_edge(double x, double y)
{
    double size = fabs(x);
    int parity = rh_k_parity(y);
    if (size == 1.0 && !(fabs(y) <= DBL_MAX)) return 1.0;
    if (x < 0.0 && size <= DBL_MAX && parity == 0) return (x - x) / (x - x);
    double result;
    if (size == 0.0 || !(size <= DBL_MAX))
        result = (size == 0.0) == (y > 0.0) ? 0.0 : HUGE_VAL;
    else
        result = rh_k_pow_positive(size, y);
    return parity == 1 ? copysign(result, x) : result;
}

RH_KERNEL double rh_k_pow(double x, double y)
{
    if (y == 0.0 || x == 1.0) return 1.0;
    if (!(x == x) || !(y == y)) return x + y;
    if (x > 0.0 && x <= DBL_MAX) return rh_k_pow_positive(x, y);
    return rh_k_pow_edge(x, y);
}

#endif
