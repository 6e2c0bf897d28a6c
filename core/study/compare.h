/* Several policies of one scenario: the same records, the same seed, one run each.
 * Runs share nothing, so each result is what a run alone would give, for any number of threads. A
 * policy that fails is a result like any other; it stops nobody. */
#ifndef RH_STUDY_COMPARE_H
#define RH_STUDY_COMPARE_H

#include "engine/engine.h"
#include "study/history.h"
#include "study/parallel_for.h"

#define RH_COMPARE_POLICIES_MAX 256

typedef struct rh_compare_run {
    char label[RH_NAME_MAX];    /* unique among the runs, and safe as the name of a directory */
    const char *policy;         /* as asked for */
    rh_status status;           /* RH_OK: `result` is whole; otherwise `error` says why not */
    rh_run_result result;       /* has_dir is false once the directory was committed */
    rh_error error;
    rh_history history;         /* of the request's keep_history */
} rh_compare_run;

typedef struct rh_compare_request {
    rh_run_request base;        /* of every run; policy, out_dir and progress are set per run */
    const char *const *policies;
    const char *const *labels;  /* of those that need no made one; NULL, or NULL entries */
    size_t count;               /* at most RH_COMPARE_POLICIES_MAX */
    size_t done;                /* so many of the first were run before, and are only named */
    bool keep_history;          /* P&L and cost of each, row by row */
    const char *out_dir;        /* run i goes to out_dir/label, must not exist; NULL: none */
    rh_parallel_for parallel;   /* NULL: one after another on the calling thread */
    void *parallel_context;
    /* Both may be NULL and are called from the thread of run `index`. `finish` gets a run that
     * succeeded, with its directory uncommitted: it adds what is to be in there. */
    rh_status (*finish)(void *context, size_t index, rh_run_result *result, rh_error *error);
    void (*progress)(void *context, size_t index, double fraction, uint64_t events);
    void *context;
} rh_compare_request;

/* Labels of `count` policies: base name without ".lua", parameters kept, all else that does not
 * belong into a file name replaced by '-', "-2", "-3" ... where two would be the same. `labels` as
 * in a request. */
void rh_compare_labels(const char *const *policies, const char *const *labels, size_t count,
                       rh_compare_run *runs);

/* Fills runs[done..count), all zero on arrival, and names them all. RH_OK when every policy was
 * tried, whatever became of it; RH_INPUT when a directory exists already; RH_INTERRUPTED when
 * base.stop was set. The caller frees the runs in any case. */
rh_status rh_compare(const rh_compare_request *request, rh_compare_run *runs, rh_error *error);
void rh_compare_free(rh_compare_run *runs, size_t count);

#endif
