/* A European option for any numbers whatever, reduced to what its closed forms are made of, slow
 * and careful: what the lanes of kernel_greeks.h leave out is answered from here, in doubles with
 * an exponent of their own, so that neither a forward nor a tail over- or underflows on the way.
 * Tails are built from Mills' ratio, never as 1 - N. Every instantiation gives the same bits. */
#ifndef RH_PRICING_KERNEL_OPTION_H
#define RH_PRICING_KERNEL_OPTION_H

#include <float.h>
#include <math.h>

#include "math/kernel_normal.h"
#include "math/kernel_wide.h"
#include "rehedge/pricing.h"

#define RH_SQRT_HALF_PI 0x1.40d931ff62706p+0    /* sqrt(pi / 2) */

/* The inputs, rates as the model uses them: r = q = 0 for an inverse option, q = r for Black-76. */
typedef struct rh_option_input {
    rh_option_model model;
    double sign;                /* +1 call, -1 put */
    double S, K, T, r, q, sigma;
} rh_option_input;

/* Invariant: `random` says that S, K and total = sigma sqrt T are all positive; otherwise the
 * pay-off is certain, and d1, d2 and the density are 0. The probabilities N(sign d1), N(sign d2)
 * weigh the two legs; density = S e^{-qT} n(d1) = K e^{-rT} n(d2); price is in dollars. */
typedef struct rh_option_point {
    bool random;
    double d1, d2;
    rh_k_wide total, carry, discount;           /* sigma sqrt T, e^{-qT}, e^{-rT} */
    rh_k_wide asset_weight, strike_weight, density, price;
} rh_option_point;

/* Flags of a bad input; 0 where the closed forms mean something. */
static inline unsigned rh_option_flags(const rh_option_input *in)
{
    const double all[6] = {in->S, in->K, in->T, in->sigma, in->r, in->q};
    unsigned flags = 0;
    for (int i = 0; i < 6; i++) {
        if (isnan(all[i])) return RH_GREEKS_NAN;
        bool good = fabs(all[i]) <= DBL_MAX && (i > 3 || all[i] >= 0.0);
        if (!good) flags = RH_GREEKS_DOMAIN;
    }
    bool rates = in->r * in->T >= -RH_GROWTH_MAX && in->q * in->T >= -RH_GROWTH_MAX;
    return rates ? flags : RH_GREEKS_DOMAIN;
}

/* Mills' ratio N(-x) / n(x), x >= 0: the cdf of math without its density. */
static inline double rh_mills(double x)
{
    double t = (x - RH_NORMAL_K) / (x + RH_NORMAL_K);
    double divisor = RH_FMA(RH_NORMAL_C, x, 1.0);
    double lost = RH_FMA(RH_NORMAL_C, x, 1.0 - divisor);
    rh_k_pair scaled = rh_k_erfcx_parts(t, divisor, lost);
    return RH_SQRT_HALF_PI * (scaled.hi + scaled.lo);
}

/* n(x), |x| <= 1e300, with the square exact. */
static inline rh_k_wide rh_wide_normal_pdf(double x)
{
    if (fabs(x) > 0x1p22) return (rh_k_wide){0.0, 0};
    rh_k_pair square = rh_k_product(x, x);
    rh_k_wide e = rh_wide_exp(-0.5 * square.hi, -0.5 * square.lo);
    return rh_wide_times(e, rh_wide(RH_INV_SQRT_2PI_HI));
}

/* 1 - x, 0 <= x <= 1. */
static inline rh_k_wide rh_wide_rest(rh_k_wide x)
{
    return rh_wide_sum(rh_wide(1.0), rh_wide_minus(x));
}

/* b T, b = r - q, within +-1e300. */
static inline double rh_option_drift(const rh_option_input *in)
{
    rh_k_wide b = rh_wide_sum(rh_wide(in->r), rh_wide_minus(rh_wide(in->q)));
    return rh_wide_clamped(rh_wide_times(b, rh_wide(in->T)));
}

/* ln(S/K) + b T: a sum of two until the last step, since its terms may cancel. */
static inline double rh_option_log_moneyness(const rh_option_input *in)
{
    rh_k_pair spot = rh_k_log_pair_edges(in->S), strike = rh_k_log_pair_edges(in->K);
    rh_k_pair ratio = rh_k_sum(spot.hi, -strike.hi);
    rh_k_pair sum = rh_k_sum(ratio.hi, rh_option_drift(in));
    return sum.hi + (sum.lo + (ratio.lo + (spot.lo - strike.lo)));
}

/* The out-of-the-money side first, in distances a <= b of its near and far leg from the centre.
 * With both legs in the tail (a > 0) the density is factored out of their difference, which leaves
 * a relative error of the order of the price's condition number. The other side is its complement:
 * parity for the price, 1 - N for the weights. */
static inline void rh_point_random(rh_option_point *p, const rh_option_input *in, double x)
{
    double total = rh_wide_clamped(p->total);
    double y = rh_wide_clamped(rh_wide_by(rh_wide(x), p->total));
    bool call_side = x <= 0.0;
    p->d1 = rh_k_at_most(y + 0.5 * total, 1e300);
    p->d2 = rh_k_at_least(y - 0.5 * total, -1e300);
    rh_k_wide asset = rh_wide_times(rh_wide(in->S), p->carry);
    rh_k_wide strike = rh_wide_times(rh_wide(in->K), p->discount);
    double a = call_side ? -p->d1 : p->d2, b = call_side ? -p->d2 : p->d1;
    double mills_a = rh_mills(fabs(a)), mills_b = rh_mills(b);
    rh_k_wide bell = rh_wide_normal_pdf(a), tail = rh_wide_times(bell, rh_wide(mills_a));
    p->density = rh_wide_times(call_side ? asset : strike, bell);
    rh_k_wide near_weight = a > 0.0 ? tail : rh_wide_rest(tail);
    rh_k_wide far_weight = rh_wide_times(rh_wide_normal_pdf(b), rh_wide(mills_b));
    rh_k_wide far_leg = rh_wide_times(p->density, rh_wide(mills_b));
    rh_k_wide near_leg = rh_wide_times(call_side ? asset : strike, near_weight);
    p->price = a > 0.0 ? rh_wide_times(p->density, rh_wide(mills_a - mills_b))
                       : rh_wide_sum(near_leg, rh_wide_minus(far_leg));
    if (p->price.m < 0.0) p->price = rh_wide(0.0);
    if (call_side != (in->sign > 0.0)) {
        rh_k_wide certain = rh_wide_sum(asset, rh_wide_minus(strike));
        certain.m *= in->sign;
        if (certain.m > 0.0) p->price = rh_wide_sum(p->price, certain);
        near_weight = a > 0.0 ? rh_wide_rest(tail) : tail;
        far_weight = rh_wide_rest(far_weight);
    }
    p->asset_weight = call_side ? near_weight : far_weight;
    p->strike_weight = call_side ? far_weight : near_weight;
}

/* Nothing is random: the weights are 1 in the money, 1/2 at the kink, 0 otherwise. S = 0 is no
 * kink but the worthless limit. */
static inline void rh_point_certain(rh_option_point *p, const rh_option_input *in)
{
    rh_k_wide forward = rh_wide_times(rh_wide(in->S), rh_wide_exp(rh_option_drift(in), 0.0));
    double side = in->sign * rh_wide_sum(forward, rh_wide_minus(rh_wide(in->K))).m;
    bool kink = side == 0.0 && in->S > 0.0;
    p->asset_weight = p->strike_weight = rh_wide(side > 0.0 ? 1.0 : kink ? 0.5 : 0.0);
    p->price = p->density = rh_wide(0.0);
    if (!(side > 0.0)) return;
    rh_k_wide asset = rh_wide_times(rh_wide(in->S), p->carry);
    rh_k_wide strike = rh_wide_times(rh_wide(in->K), p->discount);
    rh_k_wide certain = rh_wide_sum(asset, rh_wide_minus(strike));
    certain.m *= in->sign;
    if (certain.m > 0.0) p->price = certain;
}

/* Of an input without a flag. */
static inline rh_option_point rh_option_point_of(const rh_option_input *in)
{
    rh_option_point p = {.total = rh_wide_times(rh_wide(in->sigma), rh_wide(sqrt(in->T)))};
    p.discount = rh_wide_exp(-(in->r * in->T), 0.0);
    p.carry = rh_wide_exp(-(in->q * in->T), 0.0);
    p.random = in->S > 0.0 && in->K > 0.0 && p.total.m > 0.0;
    if (p.random) rh_point_random(&p, in, rh_option_log_moneyness(in));
    else rh_point_certain(&p, in);
    return p;
}

#endif
