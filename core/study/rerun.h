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

#define RH_RERUN_TRUSTED_MAX 64

/* The directory may be a stranger's. So what it says is checked against what the person says, and
 * widens nothing: scripts are those of its copies, in the strict sandbox; data is read below the
 * recorded folder only when that is below the working folder, below the folder that holds `dir`, or
 * allowed; and a file is parsed only once its hash is the recorded one. */
typedef struct rh_rerun_request {
    rh_run_request base;        /* loader, finder, allowed directories, progress */
    const char *dir;
    const char *data;           /* the folder where the data is now; NULL: where it was */
    const char *const *trusted; /* policies, as --policy names them: a copy with the bytes of one of
                                 * them is trusted; never one that is installed */
    int trusted_count;
} rh_rerun_request;

/* RH_INPUT: the directory is no record of a run, data or copies have changed since, or it asks for
 * more than the person allows. RH_OK: see `same`. */
rh_status rh_rerun(const rh_rerun_request *request, rh_rerun_result *result, rh_error *error);

#endif
