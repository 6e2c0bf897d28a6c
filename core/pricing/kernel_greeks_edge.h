/* Every greek of the options that the lanes leave out: limits, numbers far from any market, bad
 * input. Slow and careful, scalar only; the price and its legs are those of kernel_option.h.
 * Invariant: no 0 * inf: where the density is 0, what is made of it is 0. */
#ifndef RH_PRICING_KERNEL_GREEKS_EDGE_H
#define RH_PRICING_KERNEL_GREEKS_EDGE_H

#include "pricing/kernel_option.h"

/* What the density adds; see rh_lane_rare for the same in lanes. */
static inline void rh_edge_density(bool coin, const rh_option_point *p, double density, double S,
                                   double T, double r, double q, double sigma, rh_greeks_full *out)
{
    if (!(density > 0.0)) return;
    double d1 = p->d1, d2 = p->d2, total = p->total, both = d1 * d2;
    double scaled = coin ? density / S : density, vega = scaled * sqrt(T);
    double curvature = scaled / S / total / S;
    double slope = (r - q) / total - d2 / (2.0 * T), rate = q + d1 * slope;
    double charm = coin ? scaled / S * d1 / (2.0 * T) : -(scaled / S * slope);
    out->charm += charm;
    out->veta = vega * (rate - 1.0 / (2.0 * T));
    out->color = curvature * (rate + 1.0 / (2.0 * T)) - (coin ? 2.0 * charm / S : 0.0);
    out->zomma = curvature * (both - 1.0) / sigma - (coin ? 2.0 * out->vanna / S : 0.0);
    out->ultima = vega / sigma / sigma * (both * (both - 1.0) - (d1 * d1 + d2 * d2));
}

static inline void rh_edge_coin(const rh_option_point *p, const rh_option_legs *legs, double S,
                                rh_greeks_full *out)
{
    double weight = p->random ? rh_k_normal_cdf(p->sign * p->d1)
                              : rh_certain_weight(p->sign, p->F, p->K, p->total);
    out->usd_price = legs->price;
    out->usd_delta = p->sign * weight;
    out->net_delta = S > 0.0 ? S * out->delta : out->usd_delta - out->price;
}

/* d price / d strike: -sign e^{-rT} N(sign d2), per unit of what it is paid in. */
static inline double rh_edge_dual(bool coin, const rh_option_point *p, double S)
{
    double weight = p->random ? rh_k_normal_cdf(p->sign * p->d2)
                              : rh_certain_weight(p->sign, p->F, p->K, p->total);
    if (weight == 0.0) return 0.0;
    return -p->sign * p->discount * weight / (coin ? S : 1.0);
}

/* e^{-rT} n(d2) / (K total), which may be ordinary where the density K e^{-rT} n(d2) underflows. */
static inline double rh_edge_dual_gamma(bool coin, const rh_option_point *p, double S)
{
    double weight = rh_k_normal_pdf(p->d2);
    if (weight == 0.0) return 0.0;
    return p->discount * weight / p->K / p->total / (coin ? S : 1.0);
}

/* Flags of a bad input; 0 where the closed forms mean something. Unused rates are 0 here. */
static inline unsigned rh_edge_flags(double S, double K, double T, double r, double q,
                                     double sigma)
{
    if (isnan(S) || isnan(K) || isnan(T) || isnan(r) || isnan(q) || isnan(sigma))
        return RH_GREEKS_NAN;
    bool positive = S >= 0.0 && K >= 0.0 && T >= 0.0 && sigma >= 0.0;
    bool finite = S <= DBL_MAX && K <= DBL_MAX && T <= DBL_MAX && sigma <= DBL_MAX &&
                  fabs(r) <= DBL_MAX && fabs(q) <= DBL_MAX;
    return positive && finite ? 0 : RH_GREEKS_DOMAIN;
}

static inline unsigned rh_edge_greeks(rh_option_model model, bool is_call, double S, double K,
                                      double T, double r, double q, double sigma,
                                      rh_greeks_full *out)
{
    double nan = (double)NAN;
#define X(name) .name = nan,
    *out = (rh_greeks_full){RH_GREEK_MAP(X)};
#undef X
    if (model == RH_MODEL_INVERSE) r = 0.0;
    if (model != RH_MODEL_BSM) q = r;
    unsigned flags = rh_edge_flags(S, K, T, r, q, sigma);
    if (flags) return flags;
    rh_greeks first;
    rh_option_point p;
    rh_greeks_kernel(model, is_call, S, K, T, r, q, sigma, &first);
    rh_option_point_set(&p, model, is_call, S, K, T, r, q, sigma);
    rh_option_legs legs = rh_option_legs_of(&p);
    bool coin = model == RH_MODEL_INVERSE;
    *out = (rh_greeks_full){
        .price = fmax(first.price, 0.0), /* among subnormals it may fall below 0 */
        .delta = first.delta, .gamma = first.gamma, .vega = first.vega,
        .theta = first.theta, .rho = first.rho, .vanna = first.vanna, .volga = first.volga,
        .speed = first.speed, .dual_delta = rh_edge_dual(coin, &p, S)};
    if (model == RH_MODEL_BSM && T > 0.0) out->phi = -p.sign * T * legs.asset;
    if (q != 0.0 && !coin) out->charm = q * first.delta;
    if (p.random) out->dual_gamma = rh_edge_dual_gamma(coin, &p, S);
    rh_edge_density(coin, &p, legs.density, S, T, r, q, sigma, out);
    if (coin) rh_edge_coin(&p, &legs, S, out);
    return p.random ? 0 : RH_GREEKS_LIMIT;
}

#endif
