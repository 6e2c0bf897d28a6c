/* `rehedge compare --paths`: the policies over many simulated paths instead of one tape. The other
 * kind of comparison is cmd_compare.c's. */
#ifndef RH_CLI_COMPARE_PATHS_H
#define RH_CLI_COMPARE_PATHS_H

#include "cli/contestants.h"
#include "cli/path_options.h"
#include "engine/engine.h"

typedef struct rh_compare_paths {
    rh_path_options of_paths;
    rh_ranking_words words;
    rh_run_request run;             /* scenario, sets, seed, trust */
    const char *const *policies;
    size_t count;
    const char *out;
    bool bare, optimum, json, quiet;
} rh_compare_paths;

/* Returns the exit status. */
int rh_cmd_compare_paths(const rh_compare_paths *given);

#endif
