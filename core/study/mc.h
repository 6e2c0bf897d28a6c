/* A Monte Carlo study: one scenario and policy over many paths, in parallel, with the statistics of
 * what came out. Knows neither threads nor terminals nor what a path is made of.
 * Invariants: every number depends on scenario, policy, seed, options and number of paths alone;
 * the first n paths of a longer study are the study of n; 16 bytes of memory per path beyond a
 * constant. Policies studied with one scenario and seed have common random numbers: path k of each
 * is the same market. */
#ifndef RH_STUDY_MC_H
#define RH_STUDY_MC_H

#include "engine/paths.h"
#include "study/mc_block.h"
#include "study/outcome.h"
#include "study/parallel_for.h"
#include "study/statistics.h"

#define RH_MC_PATHS_MAX (UINT64_C(1) << 31)
#define RH_MC_WORKERS_MAX 256
#define RH_MC_FILES_MAX 2

typedef struct rh_mc_request {
    rh_run_request run; /* out_dir, swaps and progress are not used; wall_ns and stop are */
    rh_paths_options options;
    uint64_t paths;       /* 1 .. RH_MC_PATHS_MAX, a multiple of rh_mc_unit(&options) */
    double until_se;      /* stop when the standard error of the mean P&L is at most this; 0: no */
    double risk_aversion; /* per unit of the numeraire, > 0; NAN: no certainty equivalent */
    rh_file_out *files[RH_MC_FILES_MAX]; /* paths.csv, open and empty; NULL: none. The caller
                                            commits or abandons them */
    rh_parallel_for parallel; /* NULL: on the calling thread */
    void *parallel_context;
    int workers; /* at least as many as the parallel-for has threads; at most RH_MC_WORKERS_MAX */
    void (*progress)(void *context, double fraction, uint64_t paths); /* on any thread; or NULL */
    void *progress_context;
} rh_mc_request;

typedef struct rh_mc_result {
    uint64_t asked, paths;   /* fewer when stopped or interrupted: the first `paths` of them */
    size_t unit;             /* paths that depend on each other */
    bool interrupted, sharp; /* sharp: until_se was reached */
    char digest[RH_DIGEST_HEX];
    double *pnl, *cost;      /* of each path, owned: rh_mc_result_free */
    rh_mc_sums sums;
    rh_distribution pnl_stats, error_stats;
    rh_frequencies pnl_frequencies, error_frequencies;
    double risk_aversion;    /* as asked for */
    uint32_t first_killed;   /* path; of sums.killed > 0 */
    char kill_message[RH_ERROR_MESSAGE_MAX];
    int series_count;
    char series[RH_PATH_SERIES_MAX][RH_NAME_MAX];
    rh_buffer description;   /* what rh_paths_describe says: a JSON object */
    bool in_blocks;          /* through the block kernels */
    double wall_s;           /* of the paths and the statistics */
} rh_mc_result;

/* Paths that depend on each other: 1, an antithetic pair, a moment-matched block. */
size_t rh_mc_unit(const rh_paths_options *options);

/* RH_OK with a whole result, killed policies included; interrupted after at least two units: RH_OK
 * with the prefix that was done. RH_USAGE for a request that makes no sense, RH_NO_MEMORY for more
 * paths than there is memory for, RH_IO when a file cannot be written, RH_INTERRUPTED before two
 * units were done; what rh_paths_open and rh_paths_run say otherwise. */
rh_status rh_mc_run(const rh_mc_request *request, rh_mc_result *result, rh_error *error);
void rh_mc_result_free(rh_mc_result *result);

/* The numbers that studies rank by. */
void rh_outcome_of_paths(const rh_mc_result *result, rh_outcome *outcome);

/* Path `path` of the study alone, by the same rules, and its row of paths.csv below the head, which
 * is appended; `kill_message` is "" unless its policy died. parallel, files, paths and until_se are
 * not used. */
rh_status rh_mc_path(const rh_mc_request *request, uint32_t path, rh_path_result *result,
                     rh_buffer *rows, char kill_message[RH_ERROR_MESSAGE_MAX], rh_error *error);

#endif
