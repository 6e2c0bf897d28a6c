/* exp and expm1 as inline kernels: x = k ln 2 + r, |r| <= ln 2 / 2, and a polynomial in r.
 * Must stay free of tables and of libm. Invariant: 1 + r is kept exactly as a sum of two doubles,
 * so that the only large rounding is the last one. Coefficients: tests/math/derive_kernels.py. */
#ifndef RH_MATH_KERNEL_EXP_H
#define RH_MATH_KERNEL_EXP_H

#include "math/kernel_arith.h"

/* (e^r - 1 - r) / r^2 */
static const double rh_exp_q[] = {
    0x1p-1, 0x1.5555555555557p-3, 0x1.5555555555556p-5, 0x1.11111111100dcp-7,
    0x1.6c16c16c162d4p-10, 0x1.a01a01abe7fe1p-13, 0x1.a01a01a6d889cp-16, 0x1.71de0231960ebp-19,
    0x1.27e4db646b17ep-22, 0x1.af4de97ca4194p-26, 0x1.1f730349868cep-29,
};

/* ln 2 in two parts; the first has 40 bits, so that k times it is exact. */
#define RH_LN2_HI 0x1.62e42fefa2p-1
#define RH_LN2_LO 0x1.9ef35793c7673p-41
#define RH_LOG2E 0x1.71547652b82fep+0

RH_KERNEL double rh_k_exp_q(double r)
{
    const double *c = rh_exp_q;
    double r2 = r * r, r4 = r2 * r2;
    double a = RH_FMA(RH_FMA(c[3], r, c[2]), r2, RH_FMA(c[1], r, c[0]));
    double b = RH_FMA(RH_FMA(c[7], r, c[6]), r2, RH_FMA(c[5], r, c[4]));
    double e = RH_FMA(c[10], r2, RH_FMA(c[9], r, c[8]));
    return r2 * RH_FMA(RH_FMA(e, r4, b), r4, a);
}

/* r of x + extra = k ln 2 + r (hi, lo) and k; |x| <= 1100, |extra| <= 2^-31. */
RH_KERNEL rh_k_scaled rh_k_exp_reduce(double x, double extra)
{
    double shifted = RH_FMA(x, RH_LOG2E, RH_K_SHIFT);
    double k = shifted - RH_K_SHIFT;
    double r0 = RH_FMA(-k, RH_LN2_HI, x);
    rh_k_pair r = rh_k_sum_fast(r0, RH_FMA(-k, RH_LN2_LO, extra));
    return (rh_k_scaled){r.hi, r.lo, rh_k_whole(shifted)};
}

/* exp(x + extra) to about 2^-58: hi is 1 + r rounded, lo the rest (up to 0.07). */
RH_KERNEL rh_k_scaled rh_k_exp_parts(double x, double extra)
{
    rh_k_scaled r = rh_k_exp_reduce(x, extra);
    rh_k_pair one = rh_k_sum_fast(1.0, r.hi);
    double rest = one.lo + RH_FMA(r.lo, one.hi, rh_k_exp_q(r.hi));
    return (rh_k_scaled){one.hi, rest, r.power};
}

RH_KERNEL double rh_k_exp(double x)
{
    rh_k_scaled e = rh_k_exp_parts(rh_k_at_least(rh_k_at_most(x, 710.0), -750.0), 0.0);
    return rh_k_scale(e.hi + e.lo, e.power);
}

/* 2^k ((1 - 2^-k) + r + r^2 q), the bracket again as a sum of two. */
RH_KERNEL double rh_k_expm1(double x)
{
    rh_k_scaled r = rh_k_exp_reduce(rh_k_at_least(rh_k_at_most(x, 710.0), -45.0), 0.0);
    /* A power beyond 200 is as good as 200: 2^-200 is lost either way. */
    double tiny = rh_k_at_least(rh_k_power_of_two(0 - r.power), 0x1p-200);
    rh_k_pair gap = rh_k_sum(1.0, -tiny);
    rh_k_pair sum = rh_k_sum_fast(gap.hi, r.hi);
    double rest = sum.lo + (gap.lo + (r.lo + rh_k_exp_q(r.hi)));
    double result = rh_k_scale(sum.hi + rest, r.power);
    return rh_k_choose(fabs(x) < 0x1p-54, x, result);
}

#endif
