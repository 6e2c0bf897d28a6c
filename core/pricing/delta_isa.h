/* The engine's delta batch for one instruction set, under the names RH_DELTA_ISA(...): included by
 * the files that instantiate it with RH_LANES = 1, 2, 4 or 8, and, with RH_DELTA_DECLARE, by the
 * dispatcher. What does not fill a vector is done by vectors that overlap, or one by one. */
#include "pricing/option.h"

void RH_DELTA_ISA(batch_of)(const rh_delta_batch *batch, double S);
void RH_DELTA_ISA(logs)(const double *restrict price, size_t count, double *restrict hi,
                        double *restrict lo);

#ifndef RH_DELTA_DECLARE
#include "math/kernel_normal.h"
#include "math/lanes_width.h"

#define RH_WIDTH RH_SINGLE
#include "math/kernel_lanes.h"
#include "pricing/kernel_delta.h"
#undef RH_WIDTH
#if RH_LANES > 4
#define RH_WIDTH 4
#include "math/kernel_lanes.h"
#include "pricing/kernel_delta.h"
#undef RH_WIDTH
#endif
#define RH_WIDTH RH_LANES
#if RH_LANES > 1
#include "math/kernel_lanes.h"
#include "pricing/kernel_delta.h"
#endif

void RH_DELTA_ISA(logs)(const double *restrict price, size_t count, double *restrict hi,
                        double *restrict lo)
{
    bool usual = true;
    for (size_t i = 0; i < count; i++) {
        rh_k_pair log_price = rh_k_log_pair(price[i]);
        hi[i] = log_price.hi;
        lo[i] = log_price.lo;
    }
    for (size_t i = 0; i < count; i++) usual = usual && price[i] > 0.0 && price[i] <= DBL_MAX;
    for (size_t i = 0; i < count && !usual; i++) {
        rh_k_pair log_price = rh_k_log_pair_edges(price[i]);
        hi[i] = log_price.hi;
        lo[i] = log_price.lo;
    }
}

void RH_DELTA_ISA(batch_of)(const rh_delta_batch *batch, double S)
{
    rh_k_pair log_S = rh_k_log_pair_edges(S);
    size_t count = batch->count;
#if RH_LANES > 1
    if (count >= RH_LANES) {
        size_t last = count - RH_LANES;
        for (size_t at = 0; at < last; at += RH_LANES) RH_W(rh_lane_delta)(batch, log_S, at);
        RH_W(rh_lane_delta)(batch, log_S, last);
        return;
    }
#endif
#if RH_LANES > 4
    if (count >= 4) {
        rh_lane_delta_4(batch, log_S, 0);
        rh_lane_delta_4(batch, log_S, count - 4);
        return;
    }
#endif
    for (size_t at = 0; at < count; at++) RH_ONE(rh_lane_delta)(batch, log_S, at);
}
#endif
