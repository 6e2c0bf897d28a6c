/* American options for one instruction set, under the names RH_AMERICAN(...): included by the files
 * that instantiate it with RH_LANES = 1 to 8, and, with RH_AMERICAN_DECLARE, by the dispatcher.
 * An option alone is solved in the widest lanes; the approximation alone runs one lane wide. */
#include "rehedge/pricing.h"

#ifndef RH_AMERICAN_VEGA
#define RH_AMERICAN_VEGA 1u     /* what is wanted besides price, delta, gamma and theta */
#define RH_AMERICAN_RHO 2u
#endif

bool RH_AMERICAN(greeks)(bool is_call, double S, double K, double T, double r, double q,
                         double sigma, unsigned wanted, rh_american *out);
double RH_AMERICAN(baw)(bool is_call, double S, double K, double T, double r, double q,
                        double sigma);
void RH_AMERICAN(baw_batch)(const rh_american_batch *batch);

#ifndef RH_AMERICAN_DECLARE
#include "math/kernel_normal.h"
#include "math/lanes_width.h"
#include "pricing/american_curve.h"

#define RH_WIDTH RH_SINGLE
#include "math/kernel_lanes.h"
#include "pricing/kernel_baw.h"
#undef RH_WIDTH
#define RH_WIDTH RH_LANES
#if RH_LANES > 1 || RH_SINGLE != 1
#include "math/kernel_lanes.h"
#include "pricing/kernel_baw.h"
#endif
#include "pricing/kernel_boundary.h"
#include "pricing/kernel_american.h"

bool RH_AMERICAN(greeks)(bool is_call, double S, double K, double T, double r, double q,
                         double sigma, unsigned wanted, rh_american *out)
{
    return rh_american_kernel(is_call, S, K, T, r, q, sigma, wanted, out);
}

/* What the lanes leave out. */
static double rh_baw_edge(bool is_call, double S, double K, double T, double r, double q,
                          double sigma)
{
    if (!rh_american_domain(is_call, S, K, T, r, q, sigma)) return (double)NAN;
    double sign = is_call ? 1.0 : -1.0, payoff = fmax(sign * (S - K), 0.0);
    double european = rh_option_price(RH_MODEL_BSM, is_call, S, K, T, r, q, sigma);
    return rh_never_exercised(sign, r, q) ? european : fmax(european, payoff);
}

double RH_AMERICAN(baw)(bool is_call, double S, double K, double T, double r, double q,
                        double sigma)
{
#define RH_ALONE(name) RH_CAT(rh_v, RH_SINGLE, _##name)
    double price;
    RH_CAT(rh_v, RH_SINGLE, ) sign = RH_ALONE(set)(is_call ? 1.0 : -1.0);
    RH_CAT(rh_v, RH_SINGLE, ) ratio = RH_ALONE(set)(S / K), time = RH_ALONE(set)(T);
    RH_CAT(rh_v, RH_SINGLE, ) in_r = RH_ALONE(set)(r), in_q = RH_ALONE(set)(q);
    RH_CAT(rh_v, RH_SINGLE, ) vol = RH_ALONE(set)(sigma);
    bool usual = RH_ALONE(bits)(RH_ONE(rh_baw_usual)(sign, ratio, time, in_r, in_q, vol));
    if (!usual || !(K > 0.0 && K <= DBL_MAX)) return rh_baw_edge(is_call, S, K, T, r, q, sigma);
    RH_ALONE(store)(&price, RH_ONE(rh_baw_price)(sign, ratio, time, in_r, in_q, vol));
    return K * price;
}

static double rh_baw_one(const rh_american_batch *batch, size_t at)
{
    double r = batch->r ? batch->r[at] : 0.0, q = batch->q ? batch->q[at] : 0.0;
    return RH_AMERICAN(baw)(batch->sign[at] > 0, batch->S[at], batch->K[at], batch->T[at], r, q,
                            batch->sigma[at]);
}

#if RH_LANES > 1
/* RH_LANES options; those that are not usual are priced as harmless ones, then alone. */
static void rh_baw_lanes(const rh_american_batch *batch, size_t at)
{
    V zero = V_SET(0.0), T = V_LOAD(batch->T + at), sigma = V_LOAD(batch->sigma + at);
    V r = batch->r ? V_LOAD(batch->r + at) : zero, q = batch->q ? V_LOAD(batch->q + at) : zero;
    V sign = V_SIGNS(batch->sign + at), K = V_LOAD(batch->K + at);
    V ratio = V_LOAD(batch->S + at) / K;
    M usual = V_BOTH(RH_W(rh_baw_usual)(sign, ratio, T, r, q, sigma),
                     V_BOTH(V_LESS(zero, K), V_LESS(K, V_SET((double)INFINITY))));
    unsigned missing = ~V_BITS(usual) & ((1u << RH_LANES) - 1);
    V fair = V_SET(0.05), one = V_SET(1.0);
    V price = RH_W(rh_baw_price)(sign, V_CHOOSE(usual, ratio, one), V_CHOOSE(usual, T, one),
                                 V_CHOOSE(usual, r, fair), V_CHOOSE(usual, q, fair),
                                 V_CHOOSE(usual, sigma, V_SET(0.2)));
    V_STORE(batch->price + at, K * price);
    for (size_t i = at; missing; i++, missing >>= 1)
        if (missing & 1) batch->price[i] = rh_baw_one(batch, i);
}
#endif

void RH_AMERICAN(baw_batch)(const rh_american_batch *batch)
{
    size_t at = 0;
#if RH_LANES > 1
    for (; batch->count - at >= RH_LANES; at += RH_LANES) rh_baw_lanes(batch, at);
#endif
    for (; at < batch->count; at++) batch->price[at] = rh_baw_one(batch, at);
}
#endif
