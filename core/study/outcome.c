/* Reads outcomes out of summaries and computes nothing. Invariant: what a summary does not say is
 * NaN, never 0. Keys are those of docs/scenario.md. */
#include "study/outcome.h"

#include <math.h>
#include <string.h>

#include "data/json.h"

typedef struct key {
    const char *name;
    double *value;
} key;

static rh_status read_block(rh_json root, const char *name, const key *keys, size_t count,
                            rh_error *error)
{
    rh_json block;
    RH_TRY(rh_json_get(root, name, RH_REQUIRED, &block, error));
    for (size_t k = 0; k < count; k++) {
        RH_TRY(rh_json_number(block, keys[k].name, RH_REQUIRED, -HUGE_VAL, HUGE_VAL, keys[k].value,
                              error));
    }
    return RH_OK;
}

static rh_status read_all(rh_json root, rh_outcome *out, rh_error *error)
{
    key cost[RH_COST_KINDS + 1] = {{"total", &out->cost}};
    const key pnl = {"total", &out->pnl};
    const key hedging[] = {{"fills", &out->fills},
                           {"turnover", &out->turnover},
                           {"rms_delta", &out->rms_delta},
                           {"max_abs_delta", &out->max_abs_delta},
                           {"error", &out->error}};
    for (int k = 0; k < RH_COST_KINDS; k++)
        cost[k + 1] = (key){rh_cost_names[k], &out->booked[k]};
    RH_TRY(read_block(root, "pnl", &pnl, 1, error));
    RH_TRY(read_block(root, "cost", cost, RH_COST_KINDS + 1, error));
    return read_block(root, "hedging", hedging, sizeof hedging / sizeof *hedging, error);
}

rh_status rh_outcome_of_run(const rh_run_result *result, rh_outcome *out, rh_error *error)
{
    const double none = (double)NAN;
    rh_json_doc *doc = NULL;
    *out = (rh_outcome){.pnl_se = none,
                        .cost_se = none,
                        .error_se = none,
                        .es95 = none,
                        .es95_se = none,
                        .certainty_equivalent = none,
                        .certainty_equivalent_se = none,
                        .probability_of_loss = none,
                        .policy_failed = result->policy_failed};
    memcpy(out->digest, result->digest, sizeof out->digest);
    RH_TRY(rh_json_parse("summary.json", result->summary.bytes, result->summary.length, &doc,
                         error));
    rh_status status = read_all(rh_json_root(doc), out, error);
    rh_json_free(doc);
    return status;
}
