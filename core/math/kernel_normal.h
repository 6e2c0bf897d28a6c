/* The normal distribution and the error functions behind it, as inline kernels. One polynomial
 * serves erfc, erfcx and the normal cdf: (1 + c x) erfcx(x) in t = (x - k) / (x + k), smooth from
 * x = 0 to infinity; the cdf uses it in z = x sqrt 2, with k and c exact in z. Never 1 - N in a
 * tail. Invariant: a square in an exponent is kept as a sum of two doubles, without which the far
 * tail loses ten bits. Coefficients: tests/math/derive_kernels.py. */
#ifndef RH_MATH_KERNEL_NORMAL_H
#define RH_MATH_KERNEL_NORMAL_H

#include "math/kernel_exp.h"
#include "math/kernel_log.h"

static const double rh_erfcx_p[] = {
    0x1.83ba9b1f1bbabp-1, -0x1.8eb0389ff4a0ep-3, 0x1.a4e5771431247p-4, -0x1.e85808b799ecdp-6,
    -0x1.9a71bcf58e6a5p-7, 0x1.b470f4f98d0cbp-6, -0x1.7e5a3702e4b06p-6, 0x1.ce61614beccfep-7,
    -0x1.948aba7ca3443p-8, 0x1.cf0f4c14f3f85p-10, -0x1.3e5193278ebe4p-13, -0x1.1003cc3fe8142p-13,
    0x1.f670f6f6574d5p-15, -0x1.e9441607821bdp-20, -0x1.d6bddf6823287p-18, 0x1.cf7e6d3594605p-20,
    0x1.5ac3e45e8e986p-21, -0x1.6c9524b0b6a52p-22, -0x1.d217d47891785p-25, 0x1.e0d8146a9165ep-25,
    0x1.383c9f63e4887p-28, -0x1.2b33670c7b552p-27, -0x1.bcb5dc94a4dc6p-32, 0x1.406420d12ec6dp-30,
    0x1.fad57a3b15f63p-36, -0x1.9fc25528902b2p-34,
};
#define RH_ERFCX_P0_LO 0x1.91fe82d9e96acp-55
#define RH_ERFCX_K_HI 0x1.f1cd9cceef239p+1
#define RH_ERFCX_C_HI 0x1.207fe39ad63a7p+0
#define RH_ERFCX_C_LO 0x1.9775009bb0178p-59
#define RH_NORMAL_K 5.5
#define RH_NORMAL_C 0.796875
#define RH_INV_SQRT_PI 0x1.20dd750429b6dp-1
#define RH_INV_SQRT_2PI_HI 0x1.9884533d43651p-2
#define RH_INV_SQRT_2PI_LO -0x1.cbc0d30ebfd15p-56

/* (1 + c x) erfcx(x) in t, as a sum of two. The first sum is exact: 1/2 < p / c[0] < 2. */
RH_KERNEL rh_k_pair rh_k_erfcx_top(double t)
{
    const double *c = rh_erfcx_p;
    double t2 = t * t, t4 = t2 * t2, t8 = t4 * t4;
    double a0 = RH_FMA(RH_FMA(c[4], t, c[3]), t2, RH_FMA(c[2], t, c[1]));
    double a1 = RH_FMA(RH_FMA(c[8], t, c[7]), t2, RH_FMA(c[6], t, c[5]));
    double a2 = RH_FMA(RH_FMA(c[12], t, c[11]), t2, RH_FMA(c[10], t, c[9]));
    double a3 = RH_FMA(RH_FMA(c[16], t, c[15]), t2, RH_FMA(c[14], t, c[13]));
    double a4 = RH_FMA(RH_FMA(c[20], t, c[19]), t2, RH_FMA(c[18], t, c[17]));
    double a5 = RH_FMA(RH_FMA(c[24], t, c[23]), t2, RH_FMA(c[22], t, c[21]));
    double low = RH_FMA(RH_FMA(a3, t4, a2), t8, RH_FMA(a1, t4, a0));
    double high = RH_FMA(c[25], t8, RH_FMA(a5, t4, a4));
    double rest = RH_FMA(high, t8 * t8, low);
    double p = RH_FMA(t, rest, c[0]);
    return (rh_k_pair){p, RH_FMA(t, rest, c[0] - p) + RH_ERFCX_P0_LO};
}

/* 1 / (divisor + lost) as a sum of two. */
RH_KERNEL rh_k_pair rh_k_inverse(double divisor, double lost)
{
    double inverse = 1.0 / divisor;
    double error = RH_FMA(-inverse, lost, RH_FMA(-inverse, divisor, 1.0));
    return (rh_k_pair){inverse, inverse * error};
}

/* a b to about 2^-100, not normalised. */
RH_KERNEL rh_k_pair rh_k_times(rh_k_pair a, rh_k_pair b)
{
    double product = a.hi * b.hi, rest = RH_FMA(a.hi, b.hi, -product);
    return (rh_k_pair){product, RH_FMA(b.lo, a.hi, RH_FMA(a.lo, b.hi, rest))};
}

/* erfcx as a sum of two, from t and from the divisor 1 + c x = divisor + lost. */
RH_KERNEL rh_k_pair rh_k_erfcx_parts(double t, double divisor, double lost)
{
    return rh_k_times(rh_k_inverse(divisor, lost), rh_k_erfcx_top(t));
}

/* e weight top 2^e.power: half of the power goes in early, so that only the last step may
 * underflow. */
RH_KERNEL double rh_k_times_scaled(rh_k_scaled e, rh_k_pair weight, rh_k_pair top)
{
    uint64_t half = rh_k_half(e.power);
    double scale = rh_k_power_of_two(half);
    rh_k_pair sum = rh_k_sum_fast(e.hi, e.lo);
    rh_k_pair w = rh_k_times(sum, weight);
    rh_k_pair product = rh_k_times((rh_k_pair){w.hi * scale, w.lo * scale}, top);
    return (product.hi + product.lo) * rh_k_power_of_two(e.power - half);
}

/* tail where the sign bit of `side` is clear, else whole - tail: by bits, because the side of an
 * argument is not predictable and a branch would cost more than the sum. */
RH_KERNEL double rh_k_reflect(double side, double whole, double tail)
{
    uint64_t sign = rh_k_bits(side) & UINT64_C(1) << 63, mask = 0 - (sign >> 63);
    return rh_k_double(rh_k_bits(whole) & mask) + rh_k_double(rh_k_bits(tail) ^ sign);
}

/* 1 + c x, and what its rounding lost (1 - divisor is exact below 2^53). */
RH_KERNEL rh_k_pair rh_k_erfcx_divisor(double x, double c, double c_lo)
{
    double divisor = RH_FMA(c, x, 1.0);
    return (rh_k_pair){divisor, RH_FMA(c_lo, x, RH_FMA(c, x, 1.0 - divisor))};
}

RH_KERNEL double rh_k_erfcx_t(double x, double k)
{
    return (x - k) / (x + k);
}

RH_KERNEL double rh_k_erfc(double x)
{
    double size = rh_k_at_most(fabs(x), 28.0);
    rh_k_pair square = rh_k_product(size, size);
    rh_k_scaled e = rh_k_exp_parts(-square.hi, -square.lo);
    rh_k_pair divisor = rh_k_erfcx_divisor(size, RH_ERFCX_C_HI, RH_ERFCX_C_LO);
    rh_k_pair top = rh_k_erfcx_top(rh_k_erfcx_t(size, RH_ERFCX_K_HI));
    double tail = rh_k_times_scaled(e, rh_k_inverse(divisor.hi, divisor.lo), top);
    return rh_k_reflect(x, 2.0, tail);
}

/* For x < 0 it is 2 exp(x^2) - erfcx(-x), subtracted before the power of two is applied; overflows
 * below about -26.63. */
RH_KERNEL double rh_k_erfcx(double x)
{
    double size = fabs(x), clamped = rh_k_at_most(size, 27.0);
    rh_k_pair divisor = rh_k_erfcx_divisor(size, RH_ERFCX_C_HI, RH_ERFCX_C_LO);
    double t = rh_k_erfcx_t(size, RH_ERFCX_K_HI);
    rh_k_pair e = rh_k_erfcx_parts(t, divisor.hi, divisor.lo);
    double upper = rh_k_choose(size > 1e10, RH_INV_SQRT_PI / size, e.hi + e.lo);
    rh_k_pair square = rh_k_product(clamped, clamped);
    rh_k_scaled grow = rh_k_exp_parts(square.hi, square.lo);
    /* Against a power beyond 200 erfcx(-x) <= 1 is nothing. */
    double down = rh_k_at_least(rh_k_power_of_two(0 - grow.power - 1), 0x1p-200);
    rh_k_pair gap = rh_k_sum_fast(grow.hi, -upper * down);
    double lower = rh_k_scale(gap.hi + (gap.lo + grow.lo), grow.power + 1);
    return rh_k_choose(x < 0.0, lower, upper);
}

/* exp(-x^2 / 2) with the square exact; |x| <= 40. */
RH_KERNEL rh_k_scaled rh_k_half_square_exp(double x)
{
    rh_k_pair square = rh_k_product(x, x);
    return rh_k_exp_parts(-0.5 * square.hi, -0.5 * square.lo);
}

RH_KERNEL double rh_k_normal_pdf(double x)
{
    double size = rh_k_at_most(fabs(x), 40.0);
    rh_k_scaled e = rh_k_half_square_exp(size);
    rh_k_pair constant = {RH_INV_SQRT_2PI_HI, RH_INV_SQRT_2PI_LO};
    rh_k_pair product = rh_k_times(rh_k_sum_fast(e.hi, e.lo), constant);
    return rh_k_scale(product.hi + product.lo, e.power);
}

RH_KERNEL double rh_k_normal_cdf(double x)
{
    double size = rh_k_at_most(fabs(x), 40.0);
    rh_k_scaled e = rh_k_half_square_exp(size);
    rh_k_pair divisor = rh_k_erfcx_divisor(size, RH_NORMAL_C, 0.0);
    rh_k_pair top = rh_k_erfcx_top(rh_k_erfcx_t(size, RH_NORMAL_K));
    e.power -= 1;
    double tail = rh_k_times_scaled(e, rh_k_inverse(divisor.hi, divisor.lo), top);
    return rh_k_reflect(-x, 1.0, tail);
}

/* (quantile(1/2 + q) / q - sqrt(2 pi)) / q^2 in v = 0.425^2 - q^2 */
static const double rh_quantile_p[] = {
    0x1.37fc2a497deaap+2, 0x1.79d74ab3245c4p+7, 0x1.5756108022136p+11, 0x1.2362a35625f7ap+14,
    0x1.d48145943e0e7p+15, 0x1.3fb2719baee0dp+16, 0x1.0b246b6e5291bp+15, 0x1.0258eb1524d18p+9,
};
static const double rh_quantile_q[] = {
    0x1p+0, 0x1.663b98bbe7676p+5, 0x1.86db5eed943efp+9, 0x1.a58d9aa6032ffp+12,
    0x1.d6fbaa6846dccp+14, 0x1.054a1f1801b35p+16, 0x1.f503149dbf7cdp+15, 0x1.21684c42c0ed9p+14,
};
/* r - |quantile(p)| in r = sqrt(-2 log p), for r up to 7 and beyond */
static const double rh_quantile_near_p[] = {
    0x1.c357f01949fe2p+1, 0x1.9257e5eae12f5p+4, 0x1.20dbc639e7018p+5, 0x1.20c00987c4c1dp+4,
    0x1.f2d990672b0ecp+1, 0x1.3225eb12af926p-2, 0x1.700ee3e855af2p-8, 0x1.22ec2dbd02a7bp-18,
};
static const double rh_quantile_near_q[] = {
    0x1p+0, 0x1.6c17688af2ed7p+3, 0x1.a1eb8d7d18c92p+4, 0x1.52785c29871dbp+4,
    0x1.e5a759925c6bfp+2, 0x1.33a981971ef2ep+0, 0x1.1521edc7c7f9ap-4, 0x1.d6da212437e6ep-11,
};
static const double rh_quantile_far_p[] = {
    0x1.9cce1c8d037b5p+1, 0x1.3520ba9d2d297p+3, 0x1.e8d79e9290e9dp+1, 0x1.bd8412e8a243cp-2,
    0x1.1551089d27e58p-6, 0x1.c666a9338a5f9p-13, 0x1.7047df17c44bep-21, 0x1.599769a5c5766p-34,
};
static const double rh_quantile_far_q[] = {
    0x1p+0, 0x1.6ea240052b76bp+2, 0x1.55e68cfa475e8p+2, 0x1.51b1fb24a215p+0, 0x1.c96ea1ee32fdbp-4,
    0x1.c2edd523b107dp-9, 0x1.28fa61d4bc966p-15, 0x1.73473d4e2eab3p-24,
};

#define RH_SQRT_2PI_HI 0x1.40d931ff62706p+1
#define RH_SQRT_2PI_LO -0x1.a6a0d6f814637p-53
#define RH_QUANTILE_CENTRE 0.425
#define RH_QUANTILE_CENTRE_SQUARE 0.180625

RH_KERNEL double rh_k_poly7(const double *c, double x)
{
    double x2 = x * x, x4 = x2 * x2;
    double low = RH_FMA(RH_FMA(c[3], x, c[2]), x2, RH_FMA(c[1], x, c[0]));
    double high = RH_FMA(RH_FMA(c[7], x, c[6]), x2, RH_FMA(c[5], x, c[4]));
    return RH_FMA(high, x4, low);
}

/* |q| <= 0.425 */
RH_KERNEL double rh_k_quantile_centre(double q)
{
    double u = q * q, v = RH_QUANTILE_CENTRE_SQUARE - u;
    double ratio = rh_k_poly7(rh_quantile_p, v) / rh_k_poly7(rh_quantile_q, v);
    return RH_FMA(q, RH_SQRT_2PI_HI, q * RH_FMA(u, ratio, RH_SQRT_2PI_LO));
}

/* The distance from 0 of the quantile of p, 0 < p <= 0.075, by the polynomials for r < 7 or for r
 * >= 7; *r_out: r. */
RH_KERNEL double rh_k_quantile_tail_by(double p, bool near, double *r_out)
{
    rh_k_pair l = rh_k_log_parts(rh_k_log_split(p), 0.0);
    rh_k_pair square = rh_k_sum_fast(-2.0 * l.hi, -2.0 * l.lo);
    double r = sqrt(square.hi);
    double r_lo = (RH_FMA(-r, r, square.hi) + square.lo) / (r + r);
    double top = rh_k_poly7(near ? rh_quantile_near_p : rh_quantile_far_p, r);
    double bottom = rh_k_poly7(near ? rh_quantile_near_q : rh_quantile_far_q, r);
    *r_out = r;
    return r - (top / bottom - r_lo);
}

RH_KERNEL double rh_k_quantile_tail(double p)
{
    double r, distance = rh_k_quantile_tail_by(p, true, &r);
    return r < 7.0 ? distance : rh_k_quantile_tail_by(p, false, &r);
}

RH_KERNEL double rh_k_normal_quantile(double p)
{
    double q = p - 0.5;
    if (fabs(q) <= RH_QUANTILE_CENTRE) return rh_k_quantile_centre(q);
    double tail = q < 0.0 ? p : 1.0 - p; /* exact: p > 1/2 */
    if (tail > 0.0) return q < 0.0 ? -rh_k_quantile_tail(tail) : rh_k_quantile_tail(tail);
    if (tail == 0.0) return q < 0.0 ? -HUGE_VAL : HUGE_VAL;
    return (p - p) / (p - p);
}

#endif
