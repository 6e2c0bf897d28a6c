/* `rehedge compare` on one tape: the runs side by side, then ranked beside the yardsticks. The
 * other kind of comparison is compare_paths.c's. */
#ifndef RH_CLI_COMPARE_TAPE_H
#define RH_CLI_COMPARE_TAPE_H

#include "cli/contestants.h"

typedef struct rh_compare_tape {
    rh_run_request run;     /* scenario, sets, seed, trust */
    const char *const *policies;
    size_t count;
    const char *actual;     /* the last policy, "actual:FILE"; NULL: nobody's own hedges */
    const char *actual_pnl; /* what they booked, when the file does not say; or NULL */
    rh_ranking_words words;
    const char *threads, *out;
    bool bare, json, quiet;
} rh_compare_tape;

/* Returns the exit status. */
int rh_cmd_compare_tape(const rh_compare_tape *given);

#endif
