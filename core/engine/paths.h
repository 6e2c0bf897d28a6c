/* Many paths of one scenario whose feeds are generators: path k is the run in which every random
 * stream has path index k. What a path yields depends on scenario, seed and k alone, never on the
 * worker, on the paths before it or on how it was computed.
 * An rh_paths belongs to one thread at a time: it has its scenario, its arena, its policy. */
#ifndef RH_ENGINE_PATHS_H
#define RH_ENGINE_PATHS_H

#include "base/accounts.h"
#include "engine/engine.h"

#define RH_PATHS_BLOCK 256 /* paths computed together; a call takes at most so many */
#define RH_PATH_SERIES_MAX 8

typedef enum rh_path_method {
    RH_PATHS_FASTEST, /* a block of paths through the batch kernels where the scenario allows it */
    RH_PATHS_EVENTS,  /* the event engine, path by path; the same results, bit for bit */
    RH_PATHS_BLOCKS   /* blocks, or a refusal that says what the scenario has that blocks lack */
} rh_path_method;

typedef struct rh_paths_options {
    rh_path_method method;
    bool antithetic;     /* path 2k+1 has the shocks of path 2k with the other sign */
    bool moment_matched; /* shocks of a block have mean 0 and variance 1 at each step */
} rh_paths_options;

/* Money in the numeraire, at the end of the clock. There are no ledger rows here: cash earns its
 * rate from each fill, entry, settlement and funding to the next, and until the end, which is the
 * sum of `rehedge run --path` but for roundings; costs, fills and deltas are the same bits. */
typedef struct rh_path_result {
    double pnl;                 /* equity: premium and costs included */
    double premium; /* cash that the book's entries brought in, with its interest to the end */
    double cost[RH_COST_KINDS]; /* positive = lost, with the interest that was lost on it */
    double turnover;
    double rms_delta, max_abs_delta; /* asset units; as in summary.json */
    double spot;                     /* the policy's asset at the end */
    double series[RH_PATH_SERIES_MAX]; /* last values of rehedge.record; NaN: none */
    uint32_t orders, fills;
    bool killed; /* the policy died on the way: on_failure decided the rest */
} rh_path_result;

typedef struct rh_paths rh_paths;

/* Reads the scenario and compiles its policy. What `request` points to must live as long; its
 * out_dir, progress, path, and the swaps and forks of the command line are not used.
 * Refuses (RH_INPUT) a scenario without a generator, whose paths would all be the same. */
rh_status rh_paths_open(const rh_run_request *request, const rh_paths_options *options,
                        rh_paths **paths, rh_error *error);
/* Paths first .. first + count - 1. With moment_matched `first` must be a multiple of
 * RH_PATHS_BLOCK and whole blocks are asked for (else RH_USAGE). A failure other than a killed
 * policy ends the call; `error` names path and seed. */
rh_status rh_paths_run(rh_paths *paths, uint32_t first, uint32_t count, rh_path_result *results,
                       rh_error *error);
/* Why the policy of the last call's first killed path died; "" when none did. */
const char *rh_paths_kill_message(const rh_paths *paths);
/* Names of the recorded series, in the order of rh_path_result.series. */
int rh_paths_series(const rh_paths *paths, const char *names[RH_PATH_SERIES_MAX]);
/* Whether the last call went through the block kernels, for --json and benches. */
bool rh_paths_in_blocks(const rh_paths *paths);
/* Of its paths, those that met on their way what blocks lack (a guard, a limit order, a kill, a
 * timer of their own): the event engine computed them, and nothing but time was lost. */
uint32_t rh_paths_given_up(const rh_paths *paths);
/* "asset", its numeraire, policy name and version and what a summary of a study shows: an object as
 * JSON text, appended. */
rh_status rh_paths_describe(const rh_paths *paths, rh_buffer *json, rh_error *error);
void rh_paths_close(rh_paths *paths); /* NULL is fine */

#endif
