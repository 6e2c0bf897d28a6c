/* What the commands over many paths share: the options that say which paths and how, and a progress
 * bar that any worker may move. Only commands include it. */
#ifndef RH_CLI_PATH_OPTIONS_H
#define RH_CLI_PATH_OPTIONS_H

#include <stdatomic.h>

#include "cli/cli.h"
#include "host/parallel.h"
#include "study/mc.h"

typedef struct rh_path_options {
    const char *paths, *threads, *risk_aversion, *method;
    bool antithetic, moment_matched;
} rh_path_options;

/* Fills paths (paths_default, rounded up to whole units, when none are asked for), options, risk
 * aversion, workers and the parallel-for of the request. 0, or 2 after a message. */
int rh_path_options_read(const rh_path_options *given, uint64_t paths_default,
                         rh_workers *workers, rh_mc_request *request);

/* "1e6", "20000": a whole number from 0 to max. */
bool rh_path_count_parse(const char *text, uint64_t max, uint64_t *count);
/* 0, or 2 after a message; NULL leaves *value. */
int rh_path_positive_parse(const char *name, const char *text, double *value);

/* One draws, the others pass by. */
typedef struct rh_path_progress {
    rh_progress bar;
    atomic_flag drawing;
} rh_path_progress;
void rh_path_progress_begin(rh_path_progress *progress, const char *label, bool quiet);
void rh_path_progress_note(void *progress, double fraction, uint64_t paths);

#endif
