/* How a sweep evaluates one point, on a tape or on paths, and what identifies what was swept: facts
 * that must be the same when it is resumed. */
#ifndef RH_STUDY_SWEEP_INPUTS_H
#define RH_STUDY_SWEEP_INPUTS_H

#include "study/sweep_store.h"

#define RH_SWEEP_FACTS_MAX 12

typedef struct rh_sweep_inputs {
    rh_sweep_fact facts[RH_SWEEP_FACTS_MAX];
    size_t count;
    int64_t from_ns, to_ns; /* of the clock; 0 over paths */
    rh_buffer text[RH_SWEEP_FACTS_MAX]; /* of the values */
} rh_sweep_inputs;

/* Runs `one`. `inputs` (may be NULL) gets the JSON object that says what was run. */
rh_status rh_sweep_evaluate(const rh_sweep_request *request, const rh_run_request *one,
                            rh_outcome *outcome, rh_buffer *inputs, rh_error *error);
rh_status rh_sweep_read_inputs(const rh_sweep_request *request, const rh_buffer *inputs,
                               rh_sweep_inputs *out, rh_error *error);
void rh_sweep_inputs_free(rh_sweep_inputs *inputs);

#endif
