/* What a tape holds, measured: for `rehedge tape check` and for tests. Moves are between
 * successive prices (close, trade, mid of a quote) of one instrument, relative to the earlier. */
#ifndef RH_FEED_STATISTICS_H
#define RH_FEED_STATISTICS_H

#include "data/tape.h"

typedef struct rh_tape_statistics {
    uint64_t records, by_kind[RH_RECORD_KINDS];
    uint64_t gaps;                      /* bars only: spacings beyond the interval */
    int64_t longest_ns, longest_from_ns, longest_to_ns;     /* spacing of prices */
    uint64_t moves, zero_moves;
    double largest_move;                /* signed */
    int64_t largest_move_ns;            /* when it had happened */
    double price_min, price_max;        /* 0 when there is no price */
    double size_total;
} rh_tape_statistics;

void rh_tape_measure(const rh_tape *tape, uint32_t instrument, rh_tape_statistics *statistics);

#endif
