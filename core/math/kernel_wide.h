/* Doubles with an exponent of their own, as inline kernels: what is made of e^800, of a density
 * 400 deviations away or of a strike of 1e300 neither over- nor underflows before it is asked for
 * as a double. Slow. Invariant: m is 0 or 1 <= |m| < 2, never NaN; 0 wins over what is divided by
 * 0, and that is beyond double however it goes on. */
#ifndef RH_MATH_KERNEL_WIDE_H
#define RH_MATH_KERNEL_WIDE_H

#include "math/kernel_exp.h"

/* m 2^power. */
typedef struct rh_k_wide {
    double m;
    int64_t power;
} rh_k_wide;

#define RH_WIDE_POWER_MAX (INT64_C(1) << 52)    /* stands for infinity; below minus it for 0 */
#define RH_WIDE_EXP_MAX 0x1p41                  /* arguments of exp: k ln 2 is exact up to here */

/* m 2^power for any finite m. */
RH_KERNEL rh_k_wide rh_wide_of(double m, int64_t power)
{
    if (fabs(m) < DBL_MIN) {
        m *= 0x1p64;
        power -= 64;
    }
    uint64_t bits = rh_k_bits(m), field = bits >> 52 & 0x7ff;
    power += (int64_t)field - 1023;
    if (m == 0.0 || power < -RH_WIDE_POWER_MAX) return (rh_k_wide){0.0, 0};
    if (power > RH_WIDE_POWER_MAX) power = RH_WIDE_POWER_MAX;
    bits = (bits & ~(UINT64_C(0x7ff) << 52)) | UINT64_C(1023) << 52;
    return (rh_k_wide){rh_k_double(bits), power};
}

RH_KERNEL rh_k_wide rh_wide(double x)
{
    return rh_wide_of(x, 0);
}

/* Rounded once more where the result is subnormal; +-infinity, 0 without a sign beyond double. */
RH_KERNEL double rh_wide_double(rh_k_wide x)
{
    if (x.m == 0.0 || x.power < -1100) return 0.0;
    if (x.power > 1023) return x.m < 0.0 ? -HUGE_VAL : HUGE_VAL;
    return rh_k_scale(x.m, (uint64_t)x.power);
}

/* The same, kept within +-1e300. */
RH_KERNEL double rh_wide_clamped(rh_k_wide x)
{
    return rh_k_at_least(rh_k_at_most(rh_wide_double(x), 1e300), -1e300);
}

RH_KERNEL rh_k_wide rh_wide_times(rh_k_wide a, rh_k_wide b)
{
    return rh_wide_of(a.m * b.m, a.power + b.power);
}

RH_KERNEL rh_k_wide rh_wide_by(rh_k_wide a, rh_k_wide b)
{
    if (a.m == 0.0) return a;
    if (b.m == 0.0) return (rh_k_wide){a.m, RH_WIDE_POWER_MAX};
    return rh_wide_of(a.m / b.m, a.power - b.power);
}

RH_KERNEL rh_k_wide rh_wide_minus(rh_k_wide a)
{
    return (rh_k_wide){-a.m, a.power};
}

RH_KERNEL rh_k_wide rh_wide_sum(rh_k_wide a, rh_k_wide b)
{
    if (a.m == 0.0) return b;
    if (b.m == 0.0) return a;
    bool swap = a.power < b.power;
    rh_k_wide big = swap ? b : a, small = swap ? a : b;
    int64_t down = small.power - big.power;
    if (down < -200) return big;
    return rh_wide_of(big.m + small.m * rh_k_power_of_two((uint64_t)down), big.power);
}

/* exp(x + extra), |extra| <= 2^-31; 0 or beyond everything where |x| > RH_WIDE_EXP_MAX. */
RH_KERNEL rh_k_wide rh_wide_exp(double x, double extra)
{
    if (x < -RH_WIDE_EXP_MAX) return (rh_k_wide){0.0, 0};
    if (x > RH_WIDE_EXP_MAX) return (rh_k_wide){1.0, RH_WIDE_POWER_MAX};
    double k = floor(RH_FMA(x, RH_LOG2E, 0.5));
    double rest = RH_FMA(-k, RH_LN2_LO, RH_FMA(-k, RH_LN2_HI, x));
    rh_k_scaled e = rh_k_exp_parts(rest, extra);
    return rh_wide_of((e.hi + e.lo) * rh_k_power_of_two(e.power), (int64_t)k);
}

#endif
