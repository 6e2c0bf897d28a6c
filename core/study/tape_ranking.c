/* From runs to contestants, and the runs of a search. Computes nothing itself: rank.c ranks and
 * best_band.c searches. */
#include "study/tape_ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- the best band ------------------------------------------------------------------------- */

typedef struct search {
    const rh_compare_request *of;
    size_t study; /* number of the first run of those under way */
} search;

static void pass_progress(void *context, size_t index, double fraction, uint64_t events)
{
    const search *s = context;
    s->of->progress(s->of->context, s->study + index, fraction, events);
}

static rh_status take_outcomes(const rh_compare_run *runs, size_t count, rh_outcome *outcomes,
                               rh_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (runs[i].status != RH_OK) {
            if (error) *error = runs[i].error;
            return runs[i].status;
        }
        RH_TRY(rh_outcome_of_run(&runs[i].result, &outcomes[i], error));
    }
    return RH_OK;
}

static rh_status run_policies(void *context, size_t study, const char *const *policies,
                              size_t count, rh_outcome *outcomes, rh_error *error)
{
    search *s = context;
    rh_compare_run *runs = calloc(count, sizeof *runs);
    if (!runs) return rh_fail(error, RH_NO_MEMORY, "out of memory");
    rh_compare_request some = {.base = s->of->base, .policies = policies, .count = count,
                               .parallel = s->of->parallel,
                               .parallel_context = s->of->parallel_context,
                               .progress = s->of->progress ? pass_progress : NULL, .context = s};
    s->study = study;
    rh_status status = rh_compare(&some, runs, error);
    if (status == RH_OK) status = take_outcomes(runs, count, outcomes, error);
    rh_compare_free(runs, count);
    free(runs);
    return status;
}

rh_status rh_tape_band_find(const rh_compare_request *of, const rh_objective *objective,
                            double lambda, rh_best_band *best, rh_error *error)
{
    search s = {.of = of};
    const rh_band_search how = {.outcomes = run_policies, .context = &s, .objective = objective,
                                .lambda = lambda};
    return rh_best_band_search(&how, best, error);
}

/* --- contestants --------------------------------------------------------------------------- */

static rh_status make_contestant(const rh_compare_run *run, rh_contestant *c, rh_error *error)
{
    memcpy(c->label, run->label, sizeof c->label);
    c->policy = run->policy;
    c->status = run->status;
    c->error = run->error;
    if (run->status != RH_OK) return RH_OK;
    if (run->history.failed) return rh_fail(error, RH_NO_MEMORY, "no memory for a history");
    const rh_history *h = &run->history;
    c->trace = (rh_trace){.pnl = h->pnl, .cost = h->cost, .count = h->count,
                          .unit = rh_history_block(h->count), .adds_up = true,
                          .risk_aversion = (double)NAN};
    return rh_outcome_of_run(&run->result, &c->outcome, error);
}

rh_status rh_tape_rank(const rh_compare_run *runs, size_t count, const rh_objective *objective,
                       double lambda, size_t baseline, rh_contestant *contestants,
                       rh_error *error)
{
    if (objective->needs_paths)
        return rh_fail(error, RH_USAGE, "the objective %s needs --paths", objective->name);
    for (size_t i = 0; i < count; i++)
        RH_TRY(make_contestant(&runs[i], &contestants[i], error));
    return rh_rank(objective, lambda, baseline, contestants, count, error);
}
