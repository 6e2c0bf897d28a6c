/* One block of paths, reduced: sums, digest and rows of paths.csv. Everything a study keeps of a
 * path beside its P&L and its cost is kept here, in memory that does not grow with the paths.
 * Invariant: a block depends on its paths alone; merging in the order of blocks is the whole. */
#ifndef RH_STUDY_MC_BLOCK_H
#define RH_STUDY_MC_BLOCK_H

#include "base/buffer.h"
#include "base/hash.h"
#include "engine/paths.h"
#include "study/moments.h"

static_assert(RH_PATHS_BLOCK <= RH_MEASURE_BLOCK, "a block of paths is one block of moments");

/* X(name, expression of the path's result `r`, with `k` for a cost kind) */
#define RH_MC_MEASURE_MAP(X)                                                                       \
    X(pnl, r->pnl) X(premium, r->premium) X(cost, rh_path_cost(r)) X(error, rh_path_error(r))      \
    X(orders, (double)r->orders) X(fills, (double)r->fills) X(turnover, r->turnover)               \
    X(rms_delta, r->rms_delta) X(max_abs_delta, r->max_abs_delta) X(spot, r->spot)

#define X(name, value) RH_MC_##name,
typedef enum rh_mc_measure { RH_MC_MEASURE_MAP(X) RH_MC_COST_KINDS } rh_mc_measure;
#undef X
#define RH_MC_SERIES (RH_MC_COST_KINDS + RH_COST_KINDS) /* first of the recorded series */
#define RH_MC_MEASURES (RH_MC_SERIES + RH_PATH_SERIES_MAX)

double rh_path_cost(const rh_path_result *r);  /* all kinds */
/* The hedging error: P&L before costs. A hedge without error of a book bought at its worth has 0 on
 * every path. */
double rh_path_error(const rh_path_result *r);

typedef struct rh_mc_sums {
    rh_measure measure[RH_MC_MEASURES];
    rh_entropic with_premium, without_premium;
    uint64_t killed;
} rh_mc_sums;
void rh_mc_merge(rh_mc_sums *into, const rh_mc_sums *more, int series, double risk_aversion);

typedef struct rh_mc_block {
    rh_mc_sums sums;
    char digest[RH_DIGEST_HEX];
    uint32_t first_killed; /* path; of sums.killed > 0 */
    rh_buffer rows;        /* of paths.csv */
} rh_mc_block;

typedef struct rh_mc_reduction { /* the same for all blocks of a study */
    size_t unit;
    int series;
    double risk_aversion; /* NAN: none */
    bool rows;
} rh_mc_reduction;

/* `count` results of the paths from `first` on; pnl and cost get one number per path. RH_BROKEN
 * names a path whose money is no number. */
rh_status rh_mc_reduce(const rh_mc_reduction *how, const rh_path_result *results, uint32_t first,
                       size_t count, double *pnl, double *cost, rh_mc_block *block,
                       rh_error *error);

/* paths.csv: its head, with the names of the recorded series, and a row. */
void rh_mc_rows_head(rh_buffer *out, const char *const *series, int series_count);
void rh_mc_row(rh_buffer *out, uint32_t path, const rh_path_result *r, int series);

#endif
