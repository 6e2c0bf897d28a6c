/* Implied volatility as inline functions, instantiated per instruction set (implied_vol_isa.h).
 * Everything is reduced to x = |ln F/K| and the normalised price of the out-of-the-money side,
 * whose logarithm, or that of what it lacks to its maximum, a third order iteration solves for v =
 * sigma sqrt T. Invariant: differences of large numbers (the intrinsic value, ln F/K, the room
 * above the price) are formed from sums of two doubles, so that what is lost was not in the input.
 */
#ifndef RH_PRICING_KERNEL_IMPLIED_VOL_H
#define RH_PRICING_KERNEL_IMPLIED_VOL_H

#include "math/kernel_normal.h"
#include "rehedge/pricing.h"

#define RH_VOL_SQRT_HALF_PI 0x1.40d931ff62706p+0
#define RH_VOL_SQRT_HALF_PI_LO -0x1.a6a0d6f814640p-54
#define RH_VOL_LN_SQRT_2PI 0.918938533204672742
#define RH_VOL_SERIES_NEAR 0.3      /* v / 2 up to which the power series serves, for z up to... */
#define RH_VOL_SERIES_Z 4.0
#define RH_VOL_SERIES_FAR 0.12      /* ...and beyond */
#define RH_VOL_DEEP 1e35            /* gap / price beyond which logarithms are compared */
#define RH_VOL_FAR 6e27             /* gap / price up to which the lanes guess */
#define RH_VOL_DONE 4e-5            /* a step this small leaves some 6 of its fourth power */
#define RH_VOL_STEPS_MAX 16

/* The rows of the first guess: the distance z = (F - K) / (sigma_N sqrt T) of a normal (Bachelier)
 * model from s = intrinsic gap / price of the out-of-the-money side; s / z in s for s < 4, else z
 * in sqrt(ln s) up to 2.5, 8 and beyond; relative errors below 1e-6 (tests/pricing/derive_*.py). */
static const double rh_vol_guess[4][10] = {
    {2.506630878045, 1.2531544446384, -0.19774110781102, 0.092251924561303, -0.045680216784052,
     0.018828729976515, -0.0056314392522033, 0.0011050592437534, -0.0001254574542698,
     6.2031461065796e-06},
    {0.79110233635276, -2.7454543938314, 6.5222826607864, -8.1854396843429, 6.5214953623482,
     -3.1813133149266, 0.95089718230746, -0.16804164871733, 0.015656380654869,
     -0.00055064465925103},
    {2.6601601829654, -5.2992328797201, 4.793823692391, -1.9520284336723, 0.51246801222688,
     -0.090029920637698, 0.010558845860752, -0.00079524617805927, 3.4832846563284e-05,
     -6.7505428769954e-07},
    {-2.074893934701, 1.8165658915155, -0.056670684581004, 0.0055645697717935,
     -0.00038238212208814, 1.8319690395963e-05, -5.9937767339329e-07, 1.2761405600611e-08,
     -1.5928242263018e-10, 8.8391884557628e-13},
};

/* From the normal to the lognormal vol: see rh_vol_lognormal. */
static const double rh_vol_carry[] = {0.0162964363, 2.506978e-5, 0.0246278010, 9.851963e-5,
                                      0.018657,     0.0707,      0.01652};

/* --- exact legs ----------------------------------------------------------------------------- */

/* A discounted option: its two legs, the log-moneyness and what its price says. */
typedef struct rh_vol_case {
    rh_k_pair asset, strike;    /* S e^{-qT}, K e^{-rT} */
    rh_k_pair gap;              /* |asset - strike| */
    rh_k_pair otm;              /* price of the out-of-the-money side */
    rh_k_pair room;             /* what it lacks to its maximum, the smaller leg */
    rh_k_pair x;                /* |ln F/K| */
} rh_vol_case;

RH_KERNEL rh_k_pair rh_vol_minus(rh_k_pair a, rh_k_pair b)
{
    rh_k_pair high = rh_k_sum(a.hi, -b.hi);
    return rh_k_sum_fast(high.hi, high.lo + (a.lo - b.lo));
}

/* e^{-rate T} to about 2^-84, so that the last digit of any price is above what the legs lose: of a
 * 256th of the reduced power by its series, squared back. */
static inline rh_k_pair rh_vol_growth(double rate, double T)
{
    rh_k_pair power = rh_k_product(-rate, T), e = {1.0, 0.0};
    rh_k_scaled r = rh_k_exp_reduce(power.hi, power.lo);
    rh_k_pair s = {0x1p-8 * r.hi, 0x1p-8 * r.lo};
    for (int n = 8; n > 0; n--) { /* e = 1 + s / n (1 + s / (n + 1) (...)) */
        double part = 1.0 / n, lost = RH_FMA(-part, n, 1.0) / n;
        rh_k_pair term = rh_k_product_pair(rh_k_product_pair(s, (rh_k_pair){part, lost}), e);
        rh_k_pair sum = rh_k_sum_fast(1.0, term.hi);
        e = rh_k_sum_fast(sum.hi, sum.lo + term.lo);
    }
    for (int i = 0; i < 8; i++) e = rh_k_product_pair(e, e);
    double scale = rh_k_power_of_two(r.power);
    return (rh_k_pair){e.hi * scale, e.lo * scale};
}

/* a e^{-rate T} */
static inline rh_k_pair rh_vol_discounted(double a, double rate, double T)
{
    if (rate == 0.0) return (rh_k_pair){a, 0.0};
    rh_k_pair factor = rh_vol_growth(rate, T), product = rh_k_product(a, factor.hi);
    return rh_k_sum_fast(product.hi, RH_FMA(a, factor.lo, product.lo));
}

/* |ln F/K| = |ln S/K + drift T| */
static inline rh_k_pair rh_vol_moneyness(double S, double K, rh_k_pair drift, double T)
{
    double ratio = S / K, lost = RH_FMA(-ratio, K, S) / S;
    rh_k_pair carry = rh_k_product(drift.hi, T), l = rh_k_log_pair(ratio);
    carry.lo = RH_FMA(drift.lo, T, carry.lo);
    rh_k_pair sum = rh_k_sum(l.hi, carry.hi);
    rh_k_pair x = rh_k_sum_fast(sum.hi, sum.lo + (l.lo + carry.lo + lost));
    return x.hi < 0.0 ? (rh_k_pair){-x.hi, -x.lo} : x;
}

/* Half the distance between the doubles around a price > 0. */
RH_KERNEL double rh_vol_half_ulp(double price)
{
    uint64_t exponent = rh_k_bits(price) >> 52;
    return exponent > 53 ? rh_k_double((exponent - 53) << 52) : 0.0;
}

/* The legs and their signed difference. */
RH_KERNEL void rh_vol_legs(rh_vol_case *o, rh_option_model model, double S, double K, double T,
                           double r, double q)
{
    if (model == RH_MODEL_INVERSE) {
        double quotient = K / S;
        o->asset = (rh_k_pair){1.0, 0.0};
        o->strike = (rh_k_pair){quotient, RH_FMA(-quotient, S, K) / S};
    } else {
        o->asset = rh_vol_discounted(S, q, T);
        o->strike = rh_vol_discounted(K, r, T);
    }
    o->gap = rh_vol_minus(o->asset, o->strike);
}

RH_KERNEL bool rh_vol_case_set(rh_vol_case *o, rh_option_model model, bool is_call, double S,
                               double K, double T, double r, double q, double price)
{
    if (model == RH_MODEL_INVERSE) r = 0.0;
    if (model != RH_MODEL_BSM) q = r;
    double ratio = S / K;
    bool positive = S > 0.0 && K > 0.0 && ratio > 1e-290 && ratio < 1e290;
    bool finite = S <= DBL_MAX && K <= DBL_MAX && fabs(r * T) < 500.0 && fabs(q * T) < 500.0;
    if (!positive || !finite || !(T >= 0.0 && T <= DBL_MAX && fabs(price) <= DBL_MAX)) return false;
    o->x = rh_vol_moneyness(S, K, rh_k_sum(r, -q), T);
    rh_vol_legs(o, model, S, K, T, r, q);
    bool inside = is_call == (o->gap.hi > 0.0);
    if (o->gap.hi < 0.0) o->gap = (rh_k_pair){-o->gap.hi, -o->gap.lo};
    rh_k_pair whole = {price, 0.0};
    o->otm = inside && o->gap.hi > 0.0 ? rh_vol_minus(whole, o->gap) : whole;
    o->room = rh_vol_minus(is_call ? o->asset : o->strike, whole);
    return true;
}

/* --- the normalised price ------------------------------------------------------------------- */

/* Mills' ratio N(-y) / n(y) of |y| as a sum of two. */
RH_KERNEL rh_k_pair rh_vol_mills_of_size(double y)
{
    double size = fabs(y), divisor = RH_FMA(RH_NORMAL_C, size, 1.0);
    double lost = RH_FMA(RH_NORMAL_C, size, 1.0 - divisor);
    rh_k_pair e = rh_k_erfcx_parts(rh_k_erfcx_t(size, RH_NORMAL_K), divisor, lost);
    return rh_k_times(e, (rh_k_pair){RH_VOL_SQRT_HALF_PI, RH_VOL_SQRT_HALF_PI_LO});
}

/* Mills' ratio of any y: sqrt(2 pi) e^{y^2/2} minus that of |y| below 0. */
RH_KERNEL rh_k_pair rh_vol_mills(double y)
{
    rh_k_pair m = rh_vol_mills_of_size(y);
    if (!(y < 0.0)) return m;
    rh_k_pair square = rh_k_product(y, y), root = {RH_SQRT_2PI_HI, RH_SQRT_2PI_LO};
    rh_k_scaled e = rh_k_exp_parts(0.5 * rh_k_at_most(square.hi, 1400.0), 0.5 * square.lo);
    double scale = rh_k_power_of_two(e.power);
    rh_k_pair whole = rh_k_times(rh_k_sum_fast(e.hi * scale, e.lo * scale), root);
    return rh_vol_minus(whole, m);
}

/* 1 / 3!, 1 / 5!, ... 1 / 17! */
static const double rh_vol_factorials[] = {
    1.0 / 6.0,        1.0 / 120.0,        1.0 / 5040.0,          1.0 / 362880.0,
    1.0 / 39916800.0, 1.0 / 6227020800.0, 1.0 / 1307674368000.0, 1.0 / 355687428096000.0,
};

/* Mills(z - t) - Mills(z + t) = the integral of 2 sinh(ts) e^{-zs - s^2/2} over s > 0, by powers of
 * t: 2 sum t^(2j+1) / (2j+1)! n_j with n_j the moments of order 2j + 1. Their recurrence loses
 * z^2 in n_0 = 1 - z Mills(z) and (zt)^2 per step, no more than the price is steep there. */
RH_KERNEL double rh_vol_series(double z, double t)
{
    rh_k_pair m = rh_vol_mills_of_size(z);
    double q = z * z, u = t * t;
    double n0 = RH_FMA(-z, m.hi, 1.0) - z * m.lo;
    double n1 = RH_FMA(3.0 + q, n0, -1.0);
    double n2 = RH_FMA(7.0 + q, n1, -6.0 * n0);
    double n3 = RH_FMA(11.0 + q, n2, -20.0 * n1);
    double n4 = RH_FMA(15.0 + q, n3, -42.0 * n2);
    double n5 = RH_FMA(19.0 + q, n4, -72.0 * n3);
    double n6 = RH_FMA(23.0 + q, n5, -110.0 * n4);
    const double *c = rh_vol_factorials;
    double n7 = RH_FMA(27.0 + q, n6, -156.0 * n5);
    double n8 = RH_FMA(31.0 + q, n7, -210.0 * n6);
    double top = RH_FMA(u, c[7] * n8, c[6] * n7), u3 = u * u * u;
    double high = RH_FMA(u, RH_FMA(u, c[5] * n6, c[4] * n5), c[3] * n4);
    double low = RH_FMA(u, RH_FMA(u, c[2] * n3, c[1] * n2), c[0] * n1);
    return 2.0 * t * RH_FMA(u, RH_FMA(u3, RH_FMA(u3, top, high), low), n0);
}

/* What the density of v multiplies in the price (low) or in what it lacks to its maximum. */
RH_KERNEL double rh_vol_factor(bool high, double z, double t)
{
    double reach = z <= RH_VOL_SERIES_Z ? RH_VOL_SERIES_NEAR : RH_VOL_SERIES_FAR;
    if (!high && t <= reach) return rh_vol_series(z, t);
    rh_k_pair far = rh_vol_mills_of_size(z + t), near = rh_vol_mills(high ? t - z : z - t);
    if (high) return near.hi + far.hi;
    return (near.hi - far.hi) + (near.lo - far.lo);
}

/* --- the iteration -------------------------------------------------------------------------- */

typedef struct rh_vol_target {
    double x, x_lo, value;      /* the normalised price, or (high) what it lacks */
    double logarithm;           /* of value, set when deep */
    bool high, deep;
} rh_vol_target;

/* ln(value / model) without losing what they share. */
RH_KERNEL double rh_vol_log_ratio(double value, double model)
{
    double d = (value - model) / model;
    if (!(fabs(d) < 1e-3)) return rh_k_log(value / model);
    double series = RH_FMA(d, RH_FMA(d, RH_FMA(d, RH_FMA(d, 0.2, -0.25), 1.0 / 3.0), -0.5), 1.0);
    return d * series;
}

/* One Householder step of order 4 on the logarithm of the price, relative to v: b'(v) / b is
 * 1 / factor, and the slopes are taken in ln v, so that nothing overflows at any v. */
RH_KERNEL double rh_vol_step(const rh_vol_target *target, double v)
{
    double z = target->x / v, t = 0.5 * v;
    double factor = rh_vol_factor(target->high, z, t);
    rh_k_pair first = rh_k_product(z, z), second = rh_k_product(t, t);
    rh_k_pair sum = rh_k_sum(first.hi, second.hi);
    double exponent = -0.5 * sum.hi, residual, lost = (RH_FMA(-z, v, target->x) + target->x_lo) / v;
    double rest = RH_FMA(-z, lost, -0.5 * (first.lo + second.lo + sum.lo));
    if (target->deep) {
        double known = rh_k_log(factor) - RH_VOL_LN_SQRT_2PI + rest;
        residual = (target->logarithm - exponent) - known;
    } else {
        rh_k_scaled e = rh_k_exp_parts(rh_k_at_least(exponent, -700.0), rest);
        rh_k_pair weight = rh_k_product(RH_INV_SQRT_2PI_HI, factor);
        weight.lo = RH_FMA(RH_INV_SQRT_2PI_LO, factor, weight.lo);
        double model = RH_FMA(e.hi, weight.hi, RH_FMA(e.hi, weight.lo, e.lo * weight.hi));
        residual = rh_vol_log_ratio(target->value, model * rh_k_power_of_two(e.power));
    }
    double along = target->high ? -factor : factor, inverse = v / along;
    double newton = residual * (along / v), h2 = (z - t) * (z + t) - inverse;
    double h3 = RH_FMA(h2, h2 - inverse, -RH_FMA(3.0 * z, z, t * t));
    double bottom = RH_FMA(newton, RH_FMA(h3 * (1.0 / 6.0), newton, h2), 1.0);
    double top = RH_FMA(0.5 * h2, newton, 1.0);
    return bottom > 0.1 && top > 0.1 ? newton * (top / bottom) : newton;
}

RH_KERNEL double rh_vol_poly(const double *c, double x)
{
    double x2 = x * x, x4 = x2 * x2;
    double low = RH_FMA(RH_FMA(c[3], x, c[2]), x2, RH_FMA(c[1], x, c[0]));
    double middle = RH_FMA(RH_FMA(c[7], x, c[6]), x2, RH_FMA(c[5], x, c[4]));
    return RH_FMA(RH_FMA(RH_FMA(c[9], x, c[8]), x4, middle), x4, low);
}

/* v = sigma sqrt T of a lognormal model from w, that of a normal one on ln F/K with the same price
 * (divided by 2 sinh(x/2) / x), q = x^2: 1/v^2 = 1/w^2 - (2/x^2) ln(sinh(x/2) / (x/2)) - w^2/480
 * (1 + c5 w^2 + c6 w^4) / (1 + c4 q) + ..., the first correction exact for small v at every x, as a
 * rational function of q. Within 1e-5 for v < 1 and x < 3 (tests/pricing/derive_implied_vol.py). */
RH_KERNEL double rh_vol_lognormal(double w, double q)
{
    const double *c = rh_vol_carry;
    double y = w * w, top = RH_FMA(q, RH_FMA(q, c[1], c[0]), 1.0);
    double bottom = RH_FMA(q, RH_FMA(q, c[3], c[2]), 1.0), slope = RH_FMA(q, c[4], 1.0);
    double rest = y * RH_FMA(y, RH_FMA(y, c[6], c[5]), 1.0) * (1.0 / 40.0);
    double sum = RH_FMA(rest, bottom, top * slope) * (1.0 / 12.0);
    return w / sqrt(rh_k_at_least(1.0 - y * sum / (bottom * slope), 0.25));
}

/* Low prices: the v of a normal model on the gap, carried over to the lognormal one. */
RH_KERNEL double rh_vol_guess_low(const rh_vol_target *target, double gap, double otm,
                                  double s)
{
    double x = target->x, w;
    if (s < 4.0) {
        double x2 = x * x;
        w = target->value * rh_vol_poly(rh_vol_guess[0], s) /
            RH_FMA(x2, RH_FMA(x2, 1.0 / 1920.0, 1.0 / 24.0), 1.0);
    } else {
        double r = sqrt(target->deep ? rh_k_log(gap) - rh_k_log(otm) : rh_k_log(s));
        w = x / rh_vol_poly(rh_vol_guess[r < 2.5 ? 1 : r < 8.0 ? 2 : 3], r);
    }
    return rh_vol_lognormal(w, x * x);
}

/* High prices: what is lacking falls about as N(-v/2) does, and is known at v = sqrt(2x). */
RH_KERNEL double rh_vol_guess_high(const rh_vol_target *target, double share)
{
    double middle = sqrt(2.0 * target->x);
    double lacking = 0.5 + RH_INV_SQRT_2PI_HI * rh_vol_mills_of_size(middle).hi;
    double tail = rh_k_normal_cdf(-0.5 * middle) * (share / lacking);
    return -2.0 * rh_k_normal_quantile(tail);
}

/* sqrt(asset strike) divides; it is kept as a sum of two, except where the product would not be
 * finite and normal. */
RH_KERNEL double rh_vol_normalised(const rh_vol_case *o, rh_k_pair value, double *scale)
{
    double top = o->asset.hi * o->strike.hi;
    if (!(top > 1e-280 && top < 1e300)) {
        *scale = sqrt(o->asset.hi) * sqrt(o->strike.hi);
        return value.hi / *scale;
    }
    rh_k_pair product = rh_k_product_pair(o->asset, o->strike);
    double root = sqrt(product.hi), inverse = 1.0 / root;
    double lost = (RH_FMA(-root, root, product.hi) + product.lo) * (0.5 * inverse);
    double quotient = value.hi * inverse;
    *scale = root;
    return RH_FMA(RH_FMA(-quotient, root, value.hi) + (value.lo - quotient * lost), inverse,
                  quotient);
}

RH_KERNEL double rh_vol_solve(const rh_vol_case *o)
{
    double smaller = o->asset.hi < o->strike.hi ? o->asset.hi : o->strike.hi, scale;
    rh_vol_target target = {.x = o->x.hi, .x_lo = o->x.lo, .high = o->room.hi < 0.5 * smaller};
    target.value = rh_vol_normalised(o, target.high ? o->room : o->otm, &scale);
    double ratio = o->gap.hi / o->otm.hi;
    target.deep = ratio > RH_VOL_DEEP;
    if (target.deep) target.logarithm = rh_k_log(o->otm.hi) - rh_k_log(scale);
    double v = target.high ? rh_vol_guess_high(&target, o->room.hi / smaller)
                           : rh_vol_guess_low(&target, o->gap.hi, o->otm.hi, ratio);
    for (int i = 0; i < RH_VOL_STEPS_MAX; i++) {
        double step = rh_vol_step(&target, v);
        v = RH_FMA(v, rh_k_at_least(rh_k_at_most(step, 3.0), -0.75), v);
        if (fabs(step) <= RH_VOL_DONE) break;
    }
    return v;
}

RH_KERNEL rh_vol_status rh_vol_kernel(rh_option_model model, bool is_call, double S, double K,
                                      double T, double r, double q, double price, double *sigma)
{
    rh_vol_case o;
    *sigma = (double)NAN;
    if (!rh_vol_case_set(&o, model, is_call, S, K, T, r, q, price)) return RH_VOL_DOMAIN;
    if (T == 0.0) return RH_VOL_ZERO_TIME;
    if (price < 0.0) return RH_VOL_BELOW_INTRINSIC;
    bool outside = o.otm.hi == price && o.otm.lo == 0.0; /* nothing was subtracted */
    double half = rh_vol_half_ulp(price);
    if (o.otm.hi < (outside ? 0.0 : -half)) return RH_VOL_BELOW_INTRINSIC;
    if (!(o.room.hi > 0.0)) return RH_VOL_ABOVE_MAXIMUM;
    if (o.room.hi <= half) return RH_VOL_LOST_IN_ROUNDING;
    if (price == 0.0 && o.x.hi == 0.0) {
        *sigma = 0.0;
        return RH_VOL_OK;
    }
    if (o.otm.hi <= (outside ? 0.0 : half)) return RH_VOL_LOST_IN_ROUNDING;
    double scale = sqrt(o.asset.hi) * sqrt(o.strike.hi), lifted = 0x1p600 * o.otm.hi / scale;
    if (o.gap.hi == 0.0 && lifted < 0x1p-300) /* v = sqrt(2 pi) price / scale; one rounding below */
        *sigma = lifted * RH_SQRT_2PI_HI / sqrt(T) * 0x1p-600;
    else *sigma = rh_vol_solve(&o) / sqrt(T);
    return RH_VOL_OK;
}

#endif
