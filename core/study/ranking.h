/* Several policies over the same paths, or on the same tape, ranked by a named objective. Every
 * difference is paired: path k (row k of the ledger) of each policy is the same market, so its
 * standard error is that of the differences, unit by unit, and not of two studies that know nothing
 * of each other.
 * Invariant: a contestant's numbers are those of its study alone, whoever it is compared with. */
#ifndef RH_STUDY_RANKING_H
#define RH_STUDY_RANKING_H

#include "study/compare.h"
#include "study/mc.h"
#include "study/objective.h"

#define RH_RANKING_Z 1.959963984540054 /* of the 95% intervals */

/* What a ranking sees of a contestant piece by piece: the paths of a study, or the changes from row
 * to row of one history, which add up to its P&L and cost. Lent. */
typedef struct rh_trace {
    const double *pnl, *cost;
    size_t count, unit;     /* units are taken for independent of each other; 0: no errors */
    bool adds_up;           /* rows */
    double risk_aversion;   /* of paths; NAN: none */
} rh_trace;

typedef struct rh_contestant {
    char label[RH_NAME_MAX];
    const char *policy;
    rh_status status;       /* RH_OK: there is a result; otherwise `error` says why not */
    rh_error error;
    rh_mc_result result;    /* of paths; its arrays are kept until rh_ranking_free */
    rh_outcome outcome;
    rh_trace trace;
    rh_estimate objective;  /* smaller is better; NaN: not defined */
    rh_estimate difference; /* of the mean P&L to the baseline's, paired */
    rh_estimate regret;     /* objective less that of the best, paired; 0 for the best */
    bool frontier;          /* nobody has both less cost and less error */
    size_t place;           /* 0: the best; unranked ones come last, in their order */
} rh_contestant;

typedef struct rh_ranking_request {
    rh_mc_request study;    /* of each; policy, files and progress are set here */
    const char *const *policies;
    const char *const *labels; /* of those that need no made one; NULL, or NULL entries */
    size_t count;           /* at most RH_COMPARE_POLICIES_MAX */
    size_t baseline;        /* index: the one P&L is compared with */
    const rh_objective *objective;
    double lambda;          /* of objectives that use it, per unit of money; not negative */
    void (*progress)(void *context, size_t contestant, double fraction, uint64_t paths);
    void *progress_context; /* on any thread; progress may be NULL */
} rh_ranking_request;

/* Fills contestants[0..count), all zero on arrival; the caller frees them in any case. A policy
 * that is refused is a result, and so is one that dies on some paths. RH_USAGE for a request
 * without sense. Interrupted: contestants that are not whole have the status RH_INTERRUPTED, the
 * others are ranked; with fewer than two of them the whole is RH_INTERRUPTED. */
rh_status rh_ranking(const rh_ranking_request *request, rh_contestant *contestants,
                     rh_error *error);
/* The part of it that needs no path: whether the request makes sense. */
rh_status rh_ranking_check(const rh_ranking_request *request, rh_error *error);
/* The part of it that needs no study, for contestants that have label, policy, status, outcome and
 * trace: fills in the rest. */
rh_status rh_rank(const rh_objective *objective, double lambda, size_t baseline,
                  rh_contestant *contestants, size_t count, rh_error *error);
void rh_ranking_free(rh_contestant *contestants, size_t count);

#endif
