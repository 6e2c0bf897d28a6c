/* Every greek for one instruction set, under the names RH_GREEKS_ISA(...): included by the files
 * that instantiate it with RH_LANES = 1, 4 or 8, and, with RH_GREEKS_DECLARE, by the dispatcher.
 * One option alone runs the kernel one lane wide, which is what makes a batch bit-identical. */
#include "rehedge/pricing.h"

unsigned RH_GREEKS_ISA(one)(rh_option_model model, bool is_call, double S, double K, double T,
                            double r, double q, double sigma, rh_greeks_full *out);
unsigned RH_GREEKS_ISA(batch)(const rh_greeks_batch *batch);

#ifndef RH_GREEKS_DECLARE
#include "pricing/kernel_greeks_edge.h"
#include "math/lanes_width.h"

/* Options per block of a batch: its stages stay in the first cache. At most 64. */
#define RH_BLOCK 64

#define RH_WIDTH 1
#include "math/kernel_lanes.h"
#include "pricing/kernel_greeks.h"
#undef RH_WIDTH
#define RH_WIDTH RH_LANES
#if RH_LANES > 1
#include "math/kernel_lanes.h"
#include "pricing/kernel_greeks.h"
#endif

RH_KERNEL unsigned rh_greeks_one(rh_option_model model, bool is_call, double S, double K, double T,
                                 double r, double q, double sigma, rh_greeks_full *out)
{
    rh_lane_input_1 in = {S, K, T, r, q, sigma, is_call ? 1.0 : -1.0};
    if (model == RH_MODEL_INVERSE) in.r = 0.0;
    if (model != RH_MODEL_BSM) in.q = in.r;
    rh_lane_start_1 start;
    rh_lane_point_1 point;
    if (!rh_lane_begin_1(model, &in, &start))
        return rh_edge_greeks(model, is_call, S, K, T, r, q, sigma, out);
#define X(name) &out->name,
    double *const to[RH_GREEKS] = {RH_GREEK_MAP(X)};
#undef X
    rh_lane_legs_1(&start, in.sign, &point);
    rh_lane_greeks_1(model, &in, &start, &point, ~0u, to, 0);
    return 0;
}

unsigned RH_GREEKS_ISA(one)(rh_option_model model, bool is_call, double S, double K, double T,
                            double r, double q, double sigma, rh_greeks_full *out)
{
    switch (model) {
    case RH_MODEL_BSM:
        return rh_greeks_one(RH_MODEL_BSM, is_call, S, K, T, r, q, sigma, out);
    case RH_MODEL_BLACK76:
        return rh_greeks_one(RH_MODEL_BLACK76, is_call, S, K, T, r, q, sigma, out);
    case RH_MODEL_INVERSE: break;
    }
    return rh_greeks_one(RH_MODEL_INVERSE, is_call, S, K, T, r, q, sigma, out);
}

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
