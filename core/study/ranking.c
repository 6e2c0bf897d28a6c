/* The ranking of policies over paths: one study per policy, and then rank.c.
 * Invariant: but for difference, regret, place and frontier, a contestant depends on its policy
 * alone. */
#include "study/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- studies ------------------------------------------------------------------------------- */

typedef struct part_progress {
    const rh_ranking_request *request;
    size_t index;
} part_progress;

static void pass_progress(void *context, double fraction, uint64_t paths)
{
    const part_progress *of = context;
    of->request->progress(of->request->progress_context, of->index, fraction, paths);
}

/* Interrupted in study `at`: the ones before it have all their paths, the others none. */
static rh_status keep_whole(rh_contestant *contestants, size_t at, size_t count, rh_error *error)
{
    if (at < 2)
        return rh_fail(error, RH_INTERRUPTED, "interrupted before two contestants were done");
    for (size_t i = at; i < count; i++) {
        rh_mc_result_free(&contestants[i].result);
        contestants[i].status = rh_fail(&contestants[i].error, RH_INTERRUPTED, "interrupted");
    }
    return RH_OK;
}

static rh_status run_studies(const rh_ranking_request *request, rh_contestant *contestants,
                             rh_error *error)
{
    for (size_t i = 0; i < request->count; i++) {
        rh_contestant *c = &contestants[i];
        part_progress of = {request, i};
        rh_mc_request one = request->study;
        one.run.policy = c->policy;
        one.progress = request->progress ? pass_progress : NULL;
        one.progress_context = &of;
        memset(one.files, 0, sizeof one.files);
        c->status = rh_mc_run(&one, &c->result, &c->error);
        if (c->status == RH_INTERRUPTED || c->result.interrupted) {
            return keep_whole(contestants, i, request->count, error);
        }
        if (c->status == RH_USAGE || c->status == RH_NO_MEMORY) {
            if (error) *error = c->error;
            return c->status;
        }
        if (c->status != RH_OK) continue;
        rh_outcome_of_paths(&c->result, &c->outcome);
        c->trace = (rh_trace){.pnl = c->result.pnl, .cost = c->result.cost,
                              .count = (size_t)c->result.paths, .unit = c->result.unit,
                              .risk_aversion = c->result.risk_aversion};
    }
    return RH_OK;
}

/* --- the whole ----------------------------------------------------------------------------- */

rh_status rh_ranking_check(const rh_ranking_request *request, rh_error *error)
{
    if (request->count < 1 || request->count > RH_COMPARE_POLICIES_MAX) {
        return rh_fail(error, RH_USAGE, "from 1 to %d policies can be compared, found %zu",
                       RH_COMPARE_POLICIES_MAX, request->count);
    }
    if (!(request->lambda >= 0) || isinf(request->lambda)) {
        return rh_fail(error, RH_USAGE, "lambda: found %g, expected a number from 0 on",
                       request->lambda);
    }
    bool utility = strcmp(request->objective->name, "certainty_equivalent") == 0;
    if (utility && isnan(request->study.risk_aversion)) {
        return rh_fail(error, RH_USAGE, "the objective certainty_equivalent needs --risk-aversion, "
                       "or the variable risk_aversion of the scenario");
    }
    RH_ASSERT(request->baseline < request->count);
    return RH_OK;
}

static void name_contestants(const rh_ranking_request *request, rh_compare_run *labels,
                             rh_contestant *contestants)
{
    rh_compare_labels(request->policies, request->labels, request->count, labels);
    for (size_t i = 0; i < request->count; i++) {
        contestants[i].policy = request->policies[i];
        memcpy(contestants[i].label, labels[i].label, sizeof contestants[i].label);
    }
}

rh_status rh_ranking(const rh_ranking_request *request, rh_contestant *contestants,
                     rh_error *error)
{
    RH_TRY(rh_ranking_check(request, error));
    rh_compare_run *labels = calloc(request->count, sizeof *labels);
    rh_status status = labels ? RH_OK : rh_fail(error, RH_NO_MEMORY, "out of memory");
    if (status == RH_OK) {
        name_contestants(request, labels, contestants);
        status = run_studies(request, contestants, error);
    }
    if (status == RH_OK)
        status = rh_rank(request->objective, request->lambda, request->baseline, contestants,
                         request->count, error);
    free(labels);
    return status;
}

void rh_ranking_free(rh_contestant *contestants, size_t count)
{
    for (size_t i = 0; i < count; i++) rh_mc_result_free(&contestants[i].result);
}
