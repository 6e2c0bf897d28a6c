/* The closed forms, as inline functions that a translation unit instantiates for one instruction
 * set by defining RH_OPTION(name) before the include (option_baseline.c, option_fma.c).
 * IEEE operations and the inline kernels of math only: every instantiation gives the same bits.
 * Tails are built from N(-|d|) and from erfcx, never as 1 - N. */
#ifndef RH_PRICING_KERNEL_OPTION_H
#define RH_PRICING_KERNEL_OPTION_H

#include <float.h>
#include <math.h>

#include "math/kernel_inline.h"
#include "pricing/option.h"

#define RH_SQRT_HALF 0.70710678118654752440     /* 1 / sqrt 2 */
#define RH_SQRT_HALF_PI 1.25331413731550025121  /* sqrt(pi / 2) */

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

/* d1 (half = +1/2) or d2 (half = -1/2) of a random pay-off. */
static inline double rh_option_d(double F, double K, double total, double half)
{
    return rh_k_log(F / K) / total + half * total;
}

/* Delta in the model's own units; the one formula behind the scalar and the batch. */
static inline double rh_delta_kernel(double S, double K, double growth, double discount,
                                     double total, double sign, bool inverse)
{
    double F = S * growth;
    double weight;
    if (F > 0.0 && K > 0.0 && total > 0.0)
        weight = rh_k_normal_cdf(sign * rh_option_d(F, K, total, inverse ? -0.5 : 0.5));
    else
        weight = rh_certain_weight(sign, F, K, total);
    if (!inverse) return sign * (growth * discount) * weight;
    return weight > 0.0 ? sign * (K / F / F) * weight : weight;
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
    point->d1 = point->random ? rh_option_d(point->F, K, point->total, 0.5) : 0.0;
    point->d2 = point->random ? rh_option_d(point->F, K, point->total, -0.5) : 0.0;
    return true;
}

/* exp(-x^2/2)-scaled upper tail: N(-x) = normal_pdf(x) * mills(x). */
static inline double rh_mills(double x)
{
    return RH_SQRT_HALF_PI * rh_k_erfcx(x * RH_SQRT_HALF);
}

/* Discounted value of the out-of-the-money side, from a <= b, the distances of its two legs. Where
 * both lie in the tail (a > 0) the common density is factored out of the difference (the legs'
 * densities are equal), which leaves a relative error of the order of the condition number. */
static inline double rh_otm_value(const rh_option_point *point)
{
    bool call = point->F <= point->K;
    double near_leg = call ? point->asset_leg : point->strike_leg;
    double far_leg = call ? point->strike_leg : point->asset_leg;
    double a = call ? -point->d1 : point->d2;
    double b = call ? -point->d2 : point->d1;
    if (a > 0.0) {
        double density = rh_k_normal_pdf(a);
        return density > 0.0 ? near_leg * density * (rh_mills(a) - rh_mills(b)) : 0.0;
    }
    return near_leg * rh_k_normal_cdf(-a) - far_leg * rh_k_normal_cdf(-b);
}

/* Price from the out-of-the-money side and, in the money, the certain part (put-call parity). */
static inline double rh_price_kernel(rh_option_model model, const rh_option_point *point)
{
    bool in_the_money = point->sign * (point->F - point->K) > 0.0;
    double certain = in_the_money ? point->sign * (point->asset_leg - point->strike_leg) : 0.0;
    double price = fmax(certain, 0.0) + (point->random ? rh_otm_value(point) : 0.0);
    if (model != RH_MODEL_INVERSE) return price;
    return price > 0.0 ? price / point->F : 0.0;
}

/* The part of the greeks that comes from the density; zero where the pay-off is certain or the
 * density underflows, so that no 0 * inf arises. `h` weights what differs between the models. */
static inline void rh_density_greeks(rh_option_model model, const rh_option_point *point, double S,
                                     double T, double sigma, rh_greeks *out)
{
    double density = point->random ? rh_k_normal_pdf(point->d1) : 0.0;
    if (!(density > 0.0)) return;
    bool inverse = model == RH_MODEL_INVERSE;
    double root = sqrt(T), d1 = point->d1, d2 = point->d2, total = point->total;
    double scale = inverse ? density : density * point->asset_leg;
    double per_price = inverse ? density / S : density * point->carry;
    out->gamma += per_price / total / S;
    out->vega = scale * root;
    out->theta -= scale * sigma / (2.0 * root);
    out->vanna = -per_price * (inverse ? d1 : d2) / sigma;
    out->volga = scale * root * d1 * d2 / sigma;
    out->speed -= per_price / total / S / S * (d1 / total + (inverse ? 4.0 : 1.0));
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
    double sign = point.sign;
    *out = (rh_greeks){.price = rh_price_kernel(model, &point)};
    out->delta = rh_delta_kernel(S, K, point.growth, point.discount, point.total, sign, inverse);
    if (model == RH_MODEL_BSM) {
        double certain = rh_certain_weight(sign, point.F, K, point.total);
        double asset = point.random ? rh_k_normal_cdf(sign * point.d1) : certain;
        double strike = point.random ? rh_k_normal_cdf(sign * point.d2) : certain;
        out->theta = sign * (q * (point.asset_leg * asset) - r * (point.strike_leg * strike));
        out->rho = sign * T * (point.strike_leg * strike);
    } else if (model == RH_MODEL_BLACK76) {
        out->theta = r * out->price;
        out->rho = -T * out->price;
    } else if (out->delta != 0.0) {
        out->gamma = -2.0 * (out->delta / S);
        out->speed = 6.0 * (out->delta / S / S);
    }
    rh_density_greeks(model, &point, S, T, sigma, out);
}

#endif
