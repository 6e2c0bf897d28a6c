/* Every greek of the options that the lanes leave out: limits, numbers far from any market, bad
 * input. Slow and careful, scalar only; what they are made of comes from kernel_option.h.
 * Invariant: each is taken to a double once, at the end: infinite only where it is beyond double,
 * 0 only where it is below, NaN only with a flag. */
#ifndef RH_PRICING_KERNEL_GREEKS_EDGE_H
#define RH_PRICING_KERNEL_GREEKS_EDGE_H

#include "pricing/kernel_option.h"

static inline rh_k_wide rh_edge_scaled(rh_k_wide x, double factor)
{
    return rh_wide_times(x, rh_wide(factor));
}

static inline rh_k_wide rh_edge_per(rh_k_wide x, double divisor)
{
    return rh_wide_by(x, rh_wide(divisor));
}

#define G(name) g[RH_GREEK_##name]

/* What is made of the two legs S e^{-qT} N(sign d1) and K e^{-rT} N(sign d2) alone. */
static inline void rh_edge_legs(const rh_option_input *in, const rh_option_point *p, rh_k_wide *g)
{
    bool coin = in->model == RH_MODEL_INVERSE;
    double sign = in->sign, unit = coin ? in->S : 1.0;
    rh_k_wide asset_weight = rh_wide_times(p->carry, p->asset_weight);
    rh_k_wide strike_weight = rh_wide_times(p->discount, p->strike_weight);
    rh_k_wide strike = rh_edge_scaled(strike_weight, sign * in->K);
    G(price) = rh_edge_per(p->price, unit);
    G(dual_delta) = rh_edge_per(rh_edge_scaled(strike_weight, -sign), unit);
    if (coin) {
        G(usd_price) = p->price;
        G(usd_delta) = rh_edge_scaled(p->asset_weight, sign);
        G(net_delta) = rh_edge_per(strike, in->S);
        G(delta) = rh_edge_per(G(net_delta), in->S);
        G(gamma) = rh_edge_per(rh_edge_scaled(G(delta), -2.0), in->S);
        G(speed) = rh_edge_per(rh_edge_scaled(G(gamma), -3.0), in->S);
        return;
    }
    G(delta) = rh_edge_scaled(asset_weight, sign);
    G(charm) = rh_edge_scaled(G(delta), in->q);
    if (in->model == RH_MODEL_BLACK76) {
        G(theta) = rh_edge_scaled(p->price, in->r);
        G(rho) = rh_edge_scaled(p->price, -in->T);
        return;
    }
    rh_k_wide asset = rh_edge_scaled(asset_weight, sign * in->S);
    G(theta) = rh_wide_sum(rh_edge_scaled(asset, in->q), rh_edge_scaled(strike, -in->r));
    G(rho) = rh_edge_scaled(strike, in->T);
    G(phi) = rh_edge_scaled(asset, -in->T);
}

/* What the density adds; docs/pricing.md has the formulas, rh_lane_rare the same in lanes. */
static inline void rh_edge_density(const rh_option_input *in, const rh_option_point *p,
                                   rh_k_wide *g)
{
    bool coin = in->model == RH_MODEL_INVERSE;
    double d1 = p->d1, d2 = p->d2, both = d1 * d2, S = in->S, sigma = in->sigma;
    rh_k_wide density = coin ? rh_edge_per(p->density, S) : p->density;
    rh_k_wide per_S = rh_edge_per(density, S), half_rate = rh_edge_per(rh_wide(0.5), in->T);
    rh_k_wide curvature = rh_wide_by(rh_edge_per(per_S, S), p->total);
    rh_k_wide vega = rh_edge_scaled(density, sqrt(in->T)), per_vol = rh_edge_per(vega, sigma);
    rh_k_wide drift = rh_wide_sum(rh_wide(in->r), rh_wide_minus(rh_wide(in->q)));
    rh_k_wide slope = rh_wide_sum(rh_wide_by(drift, p->total), rh_edge_scaled(half_rate, -d2));
    rh_k_wide rate = rh_wide_sum(rh_wide(in->q), rh_edge_scaled(slope, d1));
    rh_k_wide charm = coin ? rh_edge_scaled(half_rate, d1) : rh_wide_minus(slope);
    rh_k_wide steep = rh_wide_sum(rh_wide_by(rh_wide(d1), p->total), rh_wide(coin ? 4.0 : 1.0));
    double third = both * (both - 1.0) - (d1 * d1 + d2 * d2);
    G(gamma) = rh_wide_sum(curvature, G(gamma));
    G(vega) = vega;
    G(theta) = rh_wide_sum(G(theta), rh_wide_times(rh_edge_scaled(vega, -sigma), half_rate));
    G(vanna) = rh_edge_per(rh_edge_scaled(per_S, coin ? -d1 : -d2), sigma);
    G(volga) = rh_edge_scaled(per_vol, both);
    G(charm) = rh_wide_sum(G(charm), rh_wide_times(per_S, charm));
    G(veta) = rh_wide_times(vega, rh_wide_sum(rate, rh_wide_minus(half_rate)));
    G(speed) = rh_wide_sum(G(speed), rh_edge_per(rh_wide_times(curvature, steep), -S));
    G(color) = rh_wide_times(curvature, rh_wide_sum(rate, half_rate));
    G(zomma) = rh_edge_per(rh_edge_scaled(curvature, both - 1.0), sigma);
    G(ultima) = rh_edge_per(rh_edge_scaled(per_vol, third), sigma);
    G(dual_gamma) = rh_wide_by(rh_edge_per(rh_edge_per(density, in->K), in->K), p->total);
    if (!coin) return;
    G(color) = rh_wide_sum(G(color), rh_edge_per(rh_edge_scaled(G(charm), -2.0), S));
    G(zomma) = rh_wide_sum(G(zomma), rh_edge_per(rh_edge_scaled(G(vanna), -2.0), S));
}
#undef G

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
    rh_option_input in = {model, is_call ? 1.0 : -1.0, S, K, T, r, q, sigma};
    unsigned flags = rh_option_flags(&in);
    if (flags) return flags;
    rh_option_point p = rh_option_point_of(&in);
    rh_k_wide g[RH_GREEKS] = {{0.0, 0}};
    rh_edge_legs(&in, &p, g);
    if (p.density.m > 0.0) rh_edge_density(&in, &p, g);
#define X(name) .name = rh_wide_double(g[RH_GREEK_##name]),
    *out = (rh_greeks_full){RH_GREEK_MAP(X)};
#undef X
    return p.random ? 0 : RH_GREEKS_LIMIT;
}

#endif
