/* One run up to a time, then one branch per policy from the identical state: fork(2), each branch a
 * process of its own, results through pipes. Must be called before any thread or event loop exists.
 * Invariant: branch i is the run of `run --swap TIME=POLICY`, with its digest, and depends on no
 * other branch; one that dies is reported and stops nobody. */
#ifndef RH_STUDY_FORK_H
#define RH_STUDY_FORK_H

#include "study/compare.h"

typedef struct rh_fork_request {
    rh_run_request base;         /* up to the fork; out_dir, fork_at and branches are set here */
    const char *at;              /* a time, or a duration from clock.from */
    const char *const *policies; /* --policy's way, or one part of it */
    size_t count;                /* at most RH_COMPARE_POLICIES_MAX */
    int processes;               /* branches under way at once, at least 1 */
    const char *out_dir;         /* branch i goes to out_dir/label, must not exist; NULL: none */
    void (*leave)(int status);   /* ends a branch's process at once, as _exit does; needed */
    /* In the branch's own process, with its directory uncommitted; may be NULL. */
    rh_status (*finish)(void *context, size_t index, rh_run_result *result, rh_error *error);
    void *context;
} rh_fork_request;

/* Fills runs[0..count), all zero on arrival; the caller frees them with rh_compare_free. A status
 * other than RH_OK: nothing was branched. */
rh_status rh_fork(const rh_fork_request *request, rh_compare_run *runs, rh_error *error);

#endif
