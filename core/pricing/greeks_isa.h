/* Every greek for one instruction set, under the names RH_GREEKS_ISA(...): included by the files
 * that instantiate it with RH_LANES = 1, 4 or 8, and, with RH_GREEKS_DECLARE, by the dispatcher.
 * One option alone runs the kernel one lane wide, which is what makes a batch bit-identical. */
#include "rehedge/pricing.h"

unsigned RH_GREEKS_ISA(one)(rh_option_model model, bool is_call, double S, double K, double T,
                            double r, double q, double sigma, rh_greeks_full *out);
unsigned RH_GREEKS_ISA(batch)(const rh_greeks_batch *batch);
void RH_GREEKS_ISA(few)(rh_option_model model, bool is_call, double S, double K, double T, double r,
                        double q, double sigma, rh_greeks *out);
double RH_GREEKS_ISA(price)(rh_option_model model, bool is_call, double S, double K, double T,
                            double r, double q, double sigma);
double RH_GREEKS_ISA(delta)(rh_option_model model, bool is_call, double S, double K, double T,
                            double r, double q, double sigma);

#ifndef RH_GREEKS_DECLARE
#include "pricing/kernel_greeks_edge.h"
#include "math/lanes_width.h"

/* Options per block of a batch: its stages stay in the first cache. At most 64. */
#define RH_BLOCK 64

#define RH_WIDTH RH_SINGLE
#include "math/kernel_lanes.h"
#include "pricing/kernel_greeks.h"
#undef RH_WIDTH
#define RH_WIDTH RH_LANES
#if RH_LANES > 1
#include "math/kernel_lanes.h"
#include "pricing/kernel_greeks.h"
#endif

/* The wanted greeks of one option to to[greek]; false, and nothing there, where it is not ordinary.
 */
RH_KERNEL bool rh_greeks_alone(rh_option_model model, bool is_call, double S, double K, double T,
                               double r, double q, double sigma, unsigned wanted,
                               double *const *to)
{
    if (model == RH_MODEL_INVERSE) r = 0.0;
    if (model != RH_MODEL_BSM) q = r;
    RH_ONE(rh_lane_input) in = RH_ONE(rh_lane_given)(S, K, T, r, q, sigma, is_call ? 1.0 : -1.0);
    RH_ONE(rh_lane_start) start;
    RH_ONE(rh_lane_point) point;
    if (!RH_CAT(rh_v, RH_SINGLE, _bits)(RH_ONE(rh_lane_begin)(model, &in, &start))) return false;
    RH_ONE(rh_lane_legs)(&start, in.sign, &point);
    RH_ONE(rh_lane_greeks)(model, &in, &start, &point, wanted, to, 0);
    return true;
}

/* One text for every model, in which the model is a constant. */
#define RH_BY_MODEL(wanted, to)                                                                    \
    (model == RH_MODEL_BSM                                                                         \
         ? rh_greeks_alone(RH_MODEL_BSM, is_call, S, K, T, r, q, sigma, wanted, to)                \
     : model == RH_MODEL_BLACK76                                                                   \
         ? rh_greeks_alone(RH_MODEL_BLACK76, is_call, S, K, T, r, q, sigma, wanted, to)            \
         : rh_greeks_alone(RH_MODEL_INVERSE, is_call, S, K, T, r, q, sigma, wanted, to))

unsigned RH_GREEKS_ISA(one)(rh_option_model model, bool is_call, double S, double K, double T,
                            double r, double q, double sigma, rh_greeks_full *out)
{
#define X(name) &out->name,
    double *const to[RH_GREEKS] = {RH_GREEK_MAP(X)};
#undef X
    if (RH_BY_MODEL(~0u, to)) return 0;
    return rh_edge_greeks(model, is_call, S, K, T, r, q, sigma, out);
}

#define RH_BIT(name) (1u << RH_GREEK_##name)

void RH_GREEKS_ISA(few)(rh_option_model model, bool is_call, double S, double K, double T, double r,
                        double q, double sigma, rh_greeks *out)
{
    double *const to[RH_GREEKS] = {
        [RH_GREEK_price] = &out->price, [RH_GREEK_delta] = &out->delta,
        [RH_GREEK_gamma] = &out->gamma, [RH_GREEK_vega] = &out->vega,
        [RH_GREEK_theta] = &out->theta, [RH_GREEK_rho] = &out->rho,
        [RH_GREEK_vanna] = &out->vanna, [RH_GREEK_volga] = &out->volga,
        [RH_GREEK_speed] = &out->speed};
    const unsigned wanted = RH_BIT(price) | RH_BIT(delta) | RH_BIT(gamma) | RH_BIT(vega) |
                            RH_BIT(theta) | RH_BIT(rho) | RH_BIT(vanna) | RH_BIT(volga) |
                            RH_BIT(speed);
    if (RH_BY_MODEL(wanted, to)) return;
    rh_greeks_full all;
    (void)rh_edge_greeks(model, is_call, S, K, T, r, q, sigma, &all);
    *out = (rh_greeks){all.price, all.delta, all.gamma, all.vega, all.theta,
                       all.rho, all.vanna, all.volga, all.speed};
}

double RH_GREEKS_ISA(price)(rh_option_model model, bool is_call, double S, double K, double T,
                            double r, double q, double sigma)
{
    rh_greeks_full all;
    double *const to[RH_GREEKS] = {[RH_GREEK_price] = &all.price};
    if (!RH_BY_MODEL(RH_BIT(price), to))
        (void)rh_edge_greeks(model, is_call, S, K, T, r, q, sigma, &all);
    return all.price;
}

double RH_GREEKS_ISA(delta)(rh_option_model model, bool is_call, double S, double K, double T,
                            double r, double q, double sigma)
{
    rh_greeks_full all;
    double *const to[RH_GREEKS] = {[RH_GREEK_delta] = &all.delta};
    if (!RH_BY_MODEL(RH_BIT(delta), to))
        (void)rh_edge_greeks(model, is_call, S, K, T, r, q, sigma, &all);
    return all.delta;
}
#undef RH_BIT
#undef RH_BY_MODEL

/* One option of a batch, whatever its numbers are. */
static unsigned rh_batch_one(const rh_greeks_batch *batch, size_t at)
{
    rh_greeks_full all;
    double r = batch->r ? batch->r[at] : 0.0, q = batch->q ? batch->q[at] : 0.0;
    unsigned flags = RH_GREEKS_ISA(one)(batch->model, batch->sign[at] > 0, batch->S[at],
                                        batch->K[at], batch->T[at], r, q, batch->sigma[at], &all);
#define X(name)                                                                                    \
    if (batch->out[RH_GREEK_##name]) batch->out[RH_GREEK_##name][at] = all.name;
    RH_GREEK_MAP(X)
#undef X
    return flags;
}

RH_KERNEL unsigned rh_batch_run(rh_option_model model, const rh_greeks_batch *batch)
{
    unsigned flags = 0;
    size_t at = 0;
    (void)model;
#if RH_LANES > 1
    unsigned wanted = 0;
    for (unsigned g = 0; g < RH_GREEKS; g++) wanted |= (unsigned)(batch->out[g] != NULL) << g;
    while (batch->count - at >= RH_LANES) {
        size_t count = batch->count - at < RH_BLOCK ? batch->count - at : RH_BLOCK;
        count -= count % RH_LANES;
        uint64_t missing = ~RH_W(rh_lane_block)(model, batch, wanted, at, count);
        if (count < 64) missing &= (UINT64_C(1) << count) - 1;
        for (size_t i = at; missing; i++, missing >>= 1)
            if (missing & 1) flags |= rh_batch_one(batch, i);
        at += count;
    }
#endif
    for (; at < batch->count; at++) flags |= rh_batch_one(batch, at);
    return flags;
}

unsigned RH_GREEKS_ISA(batch)(const rh_greeks_batch *batch)
{
    switch (batch->model) {
    case RH_MODEL_BSM: return rh_batch_run(RH_MODEL_BSM, batch);
    case RH_MODEL_BLACK76: return rh_batch_run(RH_MODEL_BLACK76, batch);
    case RH_MODEL_INVERSE: break;
    }
    return rh_batch_run(RH_MODEL_INVERSE, batch);
}
#endif
