/* What the engine asks at every event: the delta of all contracts of a book on one underlying.
 * Pure functions of numbers; they allocate nothing. Invariant: the bits of a contract's delta do
 * not depend on its neighbours nor on the instruction set. */
#ifndef RH_PRICING_OPTION_H
#define RH_PRICING_OPTION_H

#include <stddef.h>

#include "rehedge/pricing.h"

/* out = scale N(slope (ln S - ln K + drift) + shift), structure of arrays over the contracts.
 * A call or put (sign +-1) on a spot: scale = sign e^{-qT}, slope = sign / total, shift = sign
 * total / 2, drift = (r - q) T, total = sigma sqrt T: dV/dS. With scale = sign K/F and shift =
 * -sign total / 2: F dc/dF of an inverse option. At total = 0 a slope of sign RH_DELTA_CERTAIN
 * gives the limits, half the jump at the kink. NaN in gives NaN out. d = slope x + shift carries
 * its own rounding, so out is within 16 (1 + |d|) 2^-53 scale of rh_option_delta. */
#define RH_DELTA_CERTAIN 0x1p900
typedef struct rh_delta_batch {
    size_t count;
    const double *log_strike, *log_strike_lo;   /* from rh_log_prices */
    const double *drift, *slope, *shift, *scale;
    double *out;                                /* no overlap with the inputs */
} rh_delta_batch;
void rh_option_delta_batch(const rh_delta_batch *batch, double S);

/* hi[i] + lo[i] = ln price[i] as a sum of two doubles, to 2^-68 of itself: strikes, and spots that
 * are looked at together. 0: -inf; negative: NaN. No overlap. */
void rh_log_prices(const double *restrict price, size_t count, double *restrict hi,
                   double *restrict lo);

/* Sum of value[0..count) in a fixed tree of eight lanes: lane j adds elements j, j + 8, ... in
 * order from 0.0, then ((0+4) + (2+6)) + ((1+5) + (3+7)). The same bits on every machine. */
double rh_sum_lanes(const double *value, size_t count);

#endif
