/* A recorded run once more, unpaced: the copies in its directory, the swaps, sets and the quit of a
 * person at the events they followed. It reads the directory and the data, and writes neither.
 * Invariant: `same` only when the digest was computed anew and is the recorded one. */
#ifndef RH_STUDY_RERUN_H
#define RH_STUDY_RERUN_H

#include "engine/engine.h"

typedef struct rh_rerun_result {
    char recorded[RH_DIGEST_HEX], digest[RH_DIGEST_HEX];
    char engine[RH_NAME_MAX], lua[RH_NAME_MAX]; /* that the run was recorded with */
    bool same;
    int acts; /* swaps, sets and quits of a person that were repeated */
    uint64_t events;
} rh_rerun_result;

/* `base` gives the loader, trust, allowed directories and progress. RH_INPUT: the directory is no
 * record of a run, or data or copies have changed since. RH_OK: see `same`. */
rh_status rh_rerun(const rh_run_request *base, const char *dir, rh_rerun_result *result,
                   rh_error *error);

#endif
