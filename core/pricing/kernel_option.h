/* The closed forms for any numbers whatever, slow and careful, as inline functions: what the lanes
 * of kernel_greeks.h leave out is answered here, and American options take their European part.
 * IEEE operations and the inline kernels of math only: every instantiation gives the same bits.
 * Tails are built from N(-|d|) and from erfcx, never as 1 - N. */
#ifndef RH_PRICING_KERNEL_OPTION_H
#define RH_PRICING_KERNEL_OPTION_H

#include <float.h>
#include <math.h>

#include "math/kernel_normal.h"
#include "rehedge/pricing.h"

#define RH_SQRT_HALF_PI 0x1.40d931ff62706p+0    /* sqrt(pi / 2) */

/* An option reduced to what its closed forms need. Invariant: `random` says that total, F and K are
 * all positive, so that d1 and d2 mean something; otherwise the pay-off is certain. */
typedef struct rh_option_point {
    double sign;                /* +1 call, -1 put */
    double F, K, total;
    double growth, discount;
    double asset_leg, strike_leg;   /* S e^{-qT}, K e^{-rT} */
    double carry;                   /* e^{-qT} */
    double d1, d2;
    bool random;
} rh_option_point;

/* The probability weight of a certain pay-off: 1 in the money, 1/2 at the kink, 0 otherwise. NaN
 * when an input is NaN or negative. S = 0 is no kink but the worthless limit. */
static inline double rh_certain_weight(double sign, double F, double K, double total)
{
    if (!(F >= 0.0 && K >= 0.0 && total >= 0.0)) return (double)NAN;
    double distance = sign * (F - K);
    if (distance > 0.0) return 1.0;
    return distance == 0.0 && F > 0.0 ? 0.5 : 0.0;
}

/* d1 (half = +1/2) or d2 (half = -1/2) of a random pay-off, from ln(F/K). */
static inline double rh_option_d(double log_moneyness, double total, double half)
{
    return log_moneyness / total + half * total;
}

/* Delta in the model's own units from the probability weight N(sign d1), inverse N(sign d2). */
static inline double rh_delta_of_weight(double weight, double F, double K, double growth,
                                        double discount, double sign, bool inverse)
{
    double scale = inverse ? K / F / F : growth * discount;
    return weight == 0.0 ? 0.0 : sign * scale * weight;
}

/* False when an input is outside the domain: the answer is NaN then. */
static inline bool rh_option_point_set(rh_option_point *point, rh_option_model model, bool is_call,
                                       double S, double K, double T, double r, double q,
                                       double sigma)
{
    if (model == RH_MODEL_INVERSE) r = 0.0;
    if (model != RH_MODEL_BSM) q = r;
    bool positive = S >= 0.0 && K >= 0.0 && T >= 0.0 && sigma >= 0.0;
    bool finite = S <= DBL_MAX && K <= DBL_MAX && T <= DBL_MAX && sigma <= DBL_MAX &&
                  fabs(r) <= DBL_MAX && fabs(q) <= DBL_MAX;
    if (!positive || !finite) return false;
    point->sign = is_call ? 1.0 : -1.0;
    point->growth = r == q ? 1.0 : rh_k_exp((r - q) * T);
    point->discount = r == 0.0 ? 1.0 : rh_k_exp(-(r * T));
    point->carry = q == r ? point->discount : q == 0.0 ? 1.0 : rh_k_exp(-(q * T));
    point->F = S * point->growth;
    point->K = K;
    point->total = sigma * sqrt(T);
    point->asset_leg = S * point->carry;
    point->strike_leg = K * point->discount;
    point->random = point->F > 0.0 && K > 0.0 && point->total > 0.0;
    double log_moneyness = point->random ? rh_k_log(point->F / K) : 0.0;
    point->d1 = point->random ? rh_option_d(log_moneyness, point->total, 0.5) : 0.0;
    point->d2 = point->random ? rh_option_d(log_moneyness, point->total, -0.5) : 0.0;
    return true;
}

static inline double rh_point_delta(const rh_option_point *point, bool inverse)
{
    double weight = point->random
                        ? rh_k_normal_cdf(point->sign * (inverse ? point->d2 : point->d1))
                        : rh_certain_weight(point->sign, point->F, point->K, point->total);
    return rh_delta_of_weight(weight, point->F, point->K, point->growth, point->discount,
                              point->sign, inverse);
}

/* Mills' ratio N(-x) / n(x), x >= 0: the cdf of math without its density. */
static inline double rh_mills(double x)
{
    x = x < 1e300 ? x : 1e300;
    double t = (x - RH_NORMAL_K) / (x + RH_NORMAL_K);
    double divisor = RH_FMA(RH_NORMAL_C, x, 1.0);
    double lost = RH_FMA(RH_NORMAL_C, x, 1.0 - divisor);
    rh_k_pair scaled = rh_k_erfcx_parts(t, divisor, lost);
    return RH_SQRT_HALF_PI * (scaled.hi + scaled.lo);
}

/* The two legs of a pay-off weighted with their probabilities, asset S e^{-qT} N(sign d1) and
 * strike K e^{-rT} N(sign d2); the density both share, S e^{-qT} n(d1) = K e^{-rT} n(d2), 0 where
 * the pay-off is certain or it underflows; and the discounted price. */
typedef struct rh_option_legs {
    double asset, strike, density, price;
} rh_option_legs;

static inline rh_option_legs rh_certain_legs(const rh_option_point *point)
{
    double weight = rh_certain_weight(point->sign, point->F, point->K, point->total);
    double asset = weight * point->asset_leg, strike = weight * point->strike_leg;
    double price = weight == 1.0 ? point->sign * (asset - strike) : 0.0;
    return (rh_option_legs){asset, strike, 0.0, fmax(price, 0.0)};
}

/* The out-of-the-money side first, in distances a <= b of its near and far leg from the centre.
 * With both legs in the tail (a > 0) the density is factored out of their difference, which leaves
 * a relative error of the order of the price's condition number. The other side is its complement:
 * parity for the price, leg minus tail for the legs. */
static inline rh_option_legs rh_random_legs(const rh_option_point *point)
{
    bool call_side = point->F <= point->K;
    double near_leg = call_side ? point->asset_leg : point->strike_leg;
    double far_leg = call_side ? point->strike_leg : point->asset_leg;
    double a = call_side ? -point->d1 : point->d2;
    double b = call_side ? -point->d2 : point->d1;
    double density = near_leg * rh_k_normal_pdf(a);
    double mills_a = rh_mills(fabs(a)), mills_b = rh_mills(b);
    double tail = density * mills_a, far_part = density * mills_b;
    double near_part = a > 0.0 ? tail : near_leg - tail;
    double price = a > 0.0 ? density * (mills_a - mills_b) : near_part - far_part;
    if (call_side != (point->sign > 0.0)) {
        double certain = point->sign * (point->asset_leg - point->strike_leg);
        price += point->F == point->K ? 0.0 : fmax(certain, 0.0);
        near_part = a > 0.0 ? near_leg - tail : tail;
        far_part = far_leg - far_part;
    }
    return (rh_option_legs){call_side ? near_part : far_part, call_side ? far_part : near_part,
                            density, price};
}

static inline rh_option_legs rh_option_legs_of(const rh_option_point *point)
{
    return point->random ? rh_random_legs(point) : rh_certain_legs(point);
}

/* The price in the model's currency: an inverse option is paid in coin. */
static inline double rh_price_of(rh_option_model model, const rh_option_point *point,
                                 const rh_option_legs *legs)
{
    if (model != RH_MODEL_INVERSE) return legs->price;
    return legs->price > 0.0 ? legs->price / point->F : 0.0;
}

/* The part of the greeks that comes from the density; nothing where there is none, so that no
 * 0 * inf arises. */
static inline void rh_density_greeks(bool inverse, const rh_option_point *point, double density,
                                     double S, double T, double sigma, rh_greeks *out)
{
    if (!(density > 0.0)) return;
    double root = sqrt(T), d1 = point->d1, d2 = point->d2, total = point->total;
    double scale = inverse ? density / S : density;
    double per_price = scale / S, curvature = per_price / total / S;
    out->gamma += curvature;
    out->vega = scale * root;
    out->theta -= scale * sigma / (2.0 * root);
    out->vanna = -per_price * (inverse ? d1 : d2) / sigma;
    out->volga = scale * root * d1 * d2 / sigma;
    out->speed -= curvature / S * (d1 / total + (inverse ? 4.0 : 1.0));
}

static inline void rh_greeks_kernel(rh_option_model model, bool is_call, double S, double K,
                                    double T, double r, double q, double sigma, rh_greeks *out)
{
    rh_option_point point;
    if (!rh_option_point_set(&point, model, is_call, S, K, T, r, q, sigma)) {
        double nan = (double)NAN;
        *out = (rh_greeks){nan, nan, nan, nan, nan, nan, nan, nan, nan};
        return;
    }
    bool inverse = model == RH_MODEL_INVERSE;
    rh_option_legs legs = rh_option_legs_of(&point);
    *out = (rh_greeks){.price = rh_price_of(model, &point, &legs)};
    out->delta = rh_point_delta(&point, inverse);
    if (model == RH_MODEL_BSM) {
        out->theta = point.sign * (q * legs.asset - r * legs.strike);
        out->rho = point.sign * T * legs.strike;
    } else if (model == RH_MODEL_BLACK76) {
        out->theta = r * out->price;
        out->rho = -T * out->price;
    } else if (out->delta != 0.0) {
        out->gamma = -2.0 * (out->delta / S);
        out->speed = 6.0 * (out->delta / S / S);
    }
    rh_density_greeks(inverse, &point, legs.density, S, T, sigma, out);
}

#endif
