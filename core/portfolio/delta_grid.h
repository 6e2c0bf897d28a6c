/* The options' part of a book's net delta along a path whose times are known beforehand: what
 * depends on time alone is computed once, and a path's prices go through the batch kernel together.
 * Invariant: the bits of rh_net_delta_of at each instant, before the hedges are added. */
#ifndef RH_PORTFOLIO_DELTA_GRID_H
#define RH_PORTFOLIO_DELTA_GRID_H

#include "portfolio/net_delta.h"

typedef struct rh_delta_grid {
    size_t count; /* instants */
    int options;
    double qty[RH_AHEAD_BOOK];
    double log_strike[RH_AHEAD_BOOK], log_strike_lo[RH_AHEAD_BOOK];
    bool is_log[RH_AHEAD_BOOK]; /* by the closed form: `scale` is its discount */
    size_t alive[RH_AHEAD_BOOK]; /* instants at which the option is still held: the first so many */
    /* Of option n at instant i: n * count + i. The last three are of one path. */
    double *drift, *slope, *shift, *scale, *delta, *from_strike, *from_strike_lo;
} rh_delta_grid;

/* Whether the options of the net are few, and calls, puts or log contracts on the spot. */
bool rh_delta_grid_takes(const rh_net_delta *net);
/* A book that it takes, held by `positions` from
 * the first instant on; alive: as below, of each of net->option. One flat vol `sigma` for options
 * without their own. */
rh_status rh_delta_grid_init(rh_delta_grid *grid, rh_net_delta *net, const rh_positions *positions,
                             const int64_t *time_ns, const size_t *alive, size_t count,
                             double sigma, rh_error *error);
void rh_delta_grid_free(rh_delta_grid *grid);
/* out[i]: the options' net delta at instant i; the logs are those of rh_log_prices. */
void rh_delta_grid_sums(rh_delta_grid *grid, const double *spot, const double *log_spot,
                        const double *log_spot_lo, double *out);

#endif
