/* What each friction cost, by counterfactual: the run again without it, and without all of them.
 * The booked cost of a fill says what the fill cost; this says what would have been, since a hedge
 * that comes at once also changes the hedges after it. Nothing is added up that does not add up:
 * what the frictions do together beyond the sum of each alone is a line of its own.
 * The runs share nothing, so results are the same for any number of threads. */
#ifndef RH_STUDY_EXPLAIN_H
#define RH_STUDY_EXPLAIN_H

#include "engine/engine.h"
#include "execution/friction.h"
#include "study/outcome.h"
#include "study/parallel_for.h"

typedef struct rh_explain_line {
    rh_friction friction;
    double booked;      /* under its name in the run itself; NaN: nothing is booked under it */
    double gain;        /* without.pnl - the run's P&L: what the friction took, all told */
    rh_outcome without; /* of the run without it */
} rh_explain_line;

/* Lines are those of the frictions the scenario has. Identity, by construction of `interaction`:
 * ideal.pnl - run.pnl = sum of the gains + interaction. */
typedef struct rh_explanation {
    rh_outcome run, ideal; /* as it was, and without any friction */
    rh_explain_line line[RH_FRICTIONS];
    int count;
    double interaction;
} rh_explanation;

typedef struct rh_explain_request {
    rh_run_request base;      /* of the run itself, out_dir included; `without` must be 0 */
    rh_parallel_for parallel; /* of the counterfactuals; NULL: one after another */
    void *parallel_context;
} rh_explain_request;

/* Runs the scenario as it is into `result` (the caller's to commit and free, as ever), then each
 * counterfactual, of which only numbers are kept. A run that fails ends it; a policy that dies in a
 * counterfactual does not: it is said in its line. */
rh_status rh_explain(const rh_explain_request *request, rh_run_result *result,
                     rh_explanation *explanation, rh_error *error);
/* {"frictions": [{"friction", "booked", "pnl_without", "gain", "fills"}...], "interaction", "all"}
 * as one JSON value, appended. */
void rh_explain_json(const rh_explanation *explanation, rh_buffer *out);

#endif
