/* What the tests of European greeks share: random options from a generator of their own, so that no
 * change of the streams changes a test point, and the law of tolerances of docs/pricing.md. */
#ifndef TESTS_PRICING_GREEKS_TEST_H
#define TESTS_PRICING_GREEKS_TEST_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "rehedge/pricing.h"

typedef struct test_option {
    rh_option_model model;
    bool is_call;
    double S, K, T, r, q, sigma;
} test_option;

static const rh_option_model MODELS[] = {RH_MODEL_BSM, RH_MODEL_BLACK76, RH_MODEL_INVERSE};
#define UNIT 0x1p-53

static inline rh_greeks_full greeks_of(const test_option *o)
{
    rh_greeks_full g;
    (void)rh_option_greeks_full(o->model, o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma, &g);
    return g;
}

static inline double value(const rh_greeks_full *g, int which)
{
    double all[RH_GREEKS];
    memcpy(all, g, sizeof all);
    return all[which];
}

static inline double uniform(uint64_t *state, double low, double high)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return low + (high - low) * ((double)(z >> 11) * 0x1p-53);
}

/* From one minute to ten years, vol 0.01 to 5, rates negative too. */
static inline test_option random_option(uint64_t *state, rh_option_model model, double reach)
{
    test_option o = {.model = model};
    o.is_call = uniform(state, 0.0, 1.0) < 0.5;
    o.S = exp(uniform(state, -3.0, 11.0));
    o.T = exp(uniform(state, log(1.0 / 525600.0), log(10.0)));
    o.r = uniform(state, -0.05, 0.15);
    o.q = uniform(state, -0.05, 0.15);
    o.sigma = exp(uniform(state, log(0.01), log(5.0)));
    o.K = o.S * exp(uniform(state, -reach, reach) * o.sigma * sqrt(o.T));
    return o;
}

/* --- the law of tolerances ------------------------------------------------------------------- */

typedef struct parts {
    double r, q, D, v, root, asset, strike, density, per_S, curvature, half_rate;
} parts;

static inline parts parts_of(const test_option *o)
{
    parts p = {.r = o->model == RH_MODEL_INVERSE ? 0.0 : o->r};
    p.q = o->model == RH_MODEL_BSM ? o->q : p.r;
    double s = o->is_call ? 1.0 : -1.0, x = log(o->S / o->K);
    p.root = sqrt(o->T);
    p.v = o->sigma * p.root;
    p.D = (fabs(x) + fabs(p.r - p.q) * o->T + 0.5 * p.v * p.v) / p.v;
    double d1 = (x + (p.r - p.q) * o->T) / p.v + p.v / 2.0, d2 = d1 - p.v;
    p.density = o->S * exp(-p.q * o->T) * exp(-d1 * d1 / 2.0) * 0.3989422804014327;
    p.asset = o->S * exp(-p.q * o->T) * 0.5 * erfc(-s * d1 / sqrt(2.0));
    p.strike = o->K * exp(-p.r * o->T) * 0.5 * erfc(-s * d2 / sqrt(2.0));
    if (o->model == RH_MODEL_INVERSE) p.density /= o->S;
    p.per_S = p.density / o->S;
    p.curvature = p.per_S / o->S / p.v;
    p.half_rate = 1.0 / (2.0 * o->T);
    return p;
}

/* What a greek's tolerance is relative to: the absolute terms of its closed form, |d| as D. */
static inline rh_greeks_full term_sums(const test_option *o, double price)
{
    parts p = parts_of(o);
    bool coin = o->model == RH_MODEL_INVERSE, spot = o->model == RH_MODEL_BSM;
    double S = o->S, T = o->T, D = p.D, vega = p.density * p.root;
    double slope = fabs(p.r - p.q) / p.v + D * p.half_rate, rate = fabs(p.q) + D * slope;
    rh_greeks_full t = {.price = price, .vega = vega, .gamma = p.curvature};
    t.delta = coin ? p.strike / S / S : p.asset / S;
    t.theta = p.density * o->sigma / (2.0 * p.root);
    if (spot) t.theta += fabs(p.q) * p.asset + fabs(p.r) * p.strike;
    else t.theta += fabs(p.r) * price;
    t.rho = spot ? T * p.strike : coin ? 0.0 : T * price;
    t.phi = spot ? T * p.asset : 0.0;
    t.vanna = p.per_S * D / o->sigma;
    t.volga = vega * D * D / o->sigma;
    t.charm = coin ? p.per_S * D * p.half_rate : fabs(p.q) * t.delta + p.per_S * slope;
    t.veta = vega * (rate + p.half_rate);
    t.speed = p.curvature / S * (D / p.v + (coin ? 4.0 : 1.0));
    t.color = p.curvature * (rate + p.half_rate);
    t.zomma = p.curvature * (D * D + 1.0) / o->sigma;
    t.ultima = vega / o->sigma / o->sigma * (D * D * (D * D + 1.0) + 2.0 * D * D);
    t.dual_delta = p.strike / o->K / (coin ? S : 1.0);
    t.dual_gamma = p.density / o->K / o->K / p.v;
    if (!coin) return t;
    t.gamma += 2.0 * t.delta / S;
    t.speed += 6.0 * t.delta / S / S;
    t.color += 2.0 * t.charm / S;
    t.zomma += 2.0 * t.vanna / S;
    t.usd_price = price * S;
    t.usd_delta = p.asset / S;
    t.net_delta = p.strike / S;
    return t;
}

/* kappa as the tables have it: the sum of |x dV/dx| over S, K, T, r, q and sigma, over V. */
static inline double kappa_of(const test_option *o, const rh_greeks_full *g)
{
    double terms = fabs(o->S * g->delta) + fabs(o->K * g->dual_delta) + fabs(o->T * g->theta) +
                   fabs(o->r * g->rho) + fabs(o->q * g->phi) + fabs(o->sigma * g->vega);
    return terms / fabs(g->price);
}

#endif
