/* Implied volatility for one instruction set, under the names RH_VOL_ISA(...): included by the
 * files that instantiate it with RH_LANES = 1, 2, 4 or 8, and, with RH_VOL_DECLARE, by the
 * dispatcher. What the lanes leave out, one option in a hundred, kernel_implied_vol.h answers. */
#include "rehedge/pricing.h"

rh_vol_status RH_VOL_ISA(one)(rh_option_model model, bool is_call, double S, double K, double T,
                              double r, double q, double price, double *sigma);
size_t RH_VOL_ISA(batch)(const rh_vol_batch *batch);

#ifndef RH_VOL_DECLARE
#include "pricing/kernel_implied_vol.h"
#include "math/lanes_width.h"

#define RH_WIDTH RH_SINGLE
#include "math/kernel_lanes.h"
#include "math/kernel_lanes_pair.h"
#include "pricing/kernel_vol.h"
#undef RH_WIDTH
#define RH_WIDTH RH_LANES
#if RH_LANES > 1
#include "math/kernel_lanes.h"
#include "math/kernel_lanes_pair.h"
#include "pricing/kernel_vol.h"
#endif

RH_KERNEL rh_vol_status rh_vol_alone(rh_option_model model, bool is_call, double S, double K,
                                     double T, double r, double q, double price, double *sigma)
{
    double rate = model == RH_MODEL_INVERSE ? 0.0 : r, yield = model == RH_MODEL_BSM ? q : rate;
    RH_ONE(rh_vol_input) in = RH_ONE(rh_vol_given)(S, K, T, rate, yield, price, is_call);
    if (RH_ONE(rh_vol_lanes)(model, &in, sigma)) return RH_VOL_OK;
    return rh_vol_kernel(model, is_call, S, K, T, r, q, price, sigma);
}

rh_vol_status RH_VOL_ISA(one)(rh_option_model model, bool is_call, double S, double K, double T,
                              double r, double q, double price, double *sigma)
{
    switch (model) {
    case RH_MODEL_BSM: return rh_vol_alone(RH_MODEL_BSM, is_call, S, K, T, r, q, price, sigma);
    case RH_MODEL_BLACK76:
        return rh_vol_alone(RH_MODEL_BLACK76, is_call, S, K, T, r, q, price, sigma);
    case RH_MODEL_INVERSE: break;
    }
    return rh_vol_alone(RH_MODEL_INVERSE, is_call, S, K, T, r, q, price, sigma);
}

/* The option at `at`, its status noted; 1 where it is RH_VOL_OK. `careful`: the lanes left it. */
static size_t rh_vol_at(const rh_vol_batch *b, size_t at, bool careful)
{
    double r = b->r ? b->r[at] : 0.0, q = b->q ? b->q[at] : 0.0;
    rh_vol_status status =
        careful ? rh_vol_kernel(b->model, b->sign[at] > 0, b->S[at], b->K[at], b->T[at], r, q,
                                b->price[at], &b->sigma[at])
                : RH_VOL_ISA(one)(b->model, b->sign[at] > 0, b->S[at], b->K[at], b->T[at], r, q,
                                  b->price[at], &b->sigma[at]);
    if (b->status) b->status[at] = status;
    return status == RH_VOL_OK;
}

RH_KERNEL size_t rh_vol_run(rh_option_model model, const rh_vol_batch *batch)
{
    size_t at = 0, answered = 0;
    (void)model;
#if RH_LANES > 1
    for (; batch->count - at >= RH_LANES; at += RH_LANES) {
        RH_W(rh_vol_input) in = RH_W(rh_vol_read)(model, batch, at);
        unsigned found = RH_W(rh_vol_lanes)(model, &in, batch->sigma + at);
        for (unsigned i = 0; i < RH_LANES; i++) {
            if (!(found >> i & 1)) answered += rh_vol_at(batch, at + i, true);
            else if (batch->status) batch->status[at + i] = RH_VOL_OK;
            answered += found >> i & 1;
        }
    }
#endif
    for (; at < batch->count; at++) answered += rh_vol_at(batch, at, false);
    return answered;
}

size_t RH_VOL_ISA(batch)(const rh_vol_batch *batch)
{
    switch (batch->model) {
    case RH_MODEL_BSM: return rh_vol_run(RH_MODEL_BSM, batch);
    case RH_MODEL_BLACK76: return rh_vol_run(RH_MODEL_BLACK76, batch);
    case RH_MODEL_INVERSE: break;
    }
    return rh_vol_run(RH_MODEL_INVERSE, batch);
}
#endif
