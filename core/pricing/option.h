/* European options for the engine: the public functions, and the batch that gives the delta of
 * every contract of a book at every event. Pure functions of numbers; they allocate nothing.
 * Invariant: the batch and rh_option_delta agree bit for bit, under every instruction set. */
#ifndef RH_PRICING_OPTION_H
#define RH_PRICING_OPTION_H

#include <stddef.h>

#include "rehedge/pricing.h"

/* Structure of arrays, n contracts on one underlying, for the engine's delta at every event.
 * Precomputed by the caller per contract: growth = e^{(r-q)T} (1 when S is the forward), discount =
 * e^{-rT}, total = sigma sqrt(T); all 1, 1 and 0 at expiry. With F = S growth:
 * out = sign growth discount N(sign d1), or for an inverse contract dc/dF = sign K/F^2 N(sign d2);
 * at total = 0 the limits of rh_option_delta. A negative or NaN input gives NaN. */
typedef struct rh_delta_batch {
    size_t count;
    const double *strike, *growth, *discount, *total;
    const signed char *sign;        /* +1 call, -1 put */
    const signed char *inverse;     /* 0 or 1 */
    double *out;
} rh_delta_batch;
void rh_option_delta_batch(const rh_delta_batch *batch, double S);

/* Sum of value[0..count) in a fixed tree of eight lanes: lane j adds elements j, j + 8, ... in
 * order from 0.0, then ((0+4) + (2+6)) + ((1+5) + (3+7)). The same bits on every machine. */
double rh_sum_lanes(const double *value, size_t count);

#endif
