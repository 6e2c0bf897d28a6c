/* The ranking: one study per policy, then differences over the paths they share. An objective is a
 * function of an outcome's numbers; its influence function is theirs, weighted with its slopes in
 * them, so that a new objective has standard errors without saying more.
 * Invariant: but for difference, regret, place and frontier, a contestant depends on its policy
 * alone. */
#include "study/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/kernels.h"

/* --- influence of a path on an objective --------------------------------------------------- */

/* X(field of rh_outcome): what objectives may be made of, with a known influence function. */
#define PARTS_MAP(X) X(pnl) X(cost) X(error) X(es95) X(certainty_equivalent)

#define X(name) PART_##name,
typedef enum part { PARTS_MAP(X) PARTS } part;
#undef X

static double *part_of(rh_outcome *outcome, int which)
{
    switch ((part)which) {
#define X(name)                                                                                    \
    case PART_##name: return &outcome->name;
        PARTS_MAP(X)
#undef X
    case PARTS: break;
    }
    return NULL;
}

/* What the influence of a path needs to know of its study. */
typedef struct influence {
    const double *pnl, *cost;
    double slope[PARTS];
    double mean_pnl, mean_cost, mean_error, sd_error;
    double tail_end, tail_mean;           /* of the worst 5% */
    double aversion, log_mean;            /* ln E exp(-a P&L) */
} influence;

/* Central differences: exact for objectives up to quadratic, which those of the table are, whatever
 * the step; a long one, so that what is small beside the objective does not drown in rounding. */
static void find_slopes(const rh_objective *objective, double lambda, const rh_outcome *at,
                        double *slope)
{
    double size = fabs(objective->value(at, lambda));
    for (int k = 0; k < PARTS; k++) {
        rh_outcome low = *at, high = *at;
        double x = *part_of(&low, k), step = fmax(fmax(fabs(x), size), 1e-12) * 0x1p-10;
        *part_of(&low, k) = x - step;
        *part_of(&high, k) = x + step;
        double width = *part_of(&high, k) - *part_of(&low, k);
        double rise = objective->value(&high, lambda) - objective->value(&low, lambda);
        slope[k] = isnan(rise) || isnan(x) ? 0 : rise / width;
    }
}

static rh_status find_tail(const rh_mc_result *result, double *end, rh_error *error)
{
    rh_sample sample = {result->pnl, NULL, 0, (size_t)result->paths, result->unit};
    size_t rank = (size_t)fmax(ceil(0.05 * (double)result->paths) - 1, 0);
    return rh_order_statistics(&sample, &rank, 1, end, error);
}

static rh_status make_influence(const rh_ranking_request *request, const rh_contestant *c,
                                influence *out, rh_error *error)
{
    const rh_mc_result *r = &c->result;
    double n = (double)r->paths, a = r->risk_aversion;
    *out = (influence){.pnl = r->pnl, .cost = r->cost, .aversion = a};
    find_slopes(request->objective, request->lambda, &c->outcome, out->slope);
    out->mean_pnl = r->pnl_stats.mean.value;
    out->mean_error = r->error_stats.mean.value;
    out->mean_cost = out->mean_error - out->mean_pnl;
    out->sd_error = r->error_stats.std.value * sqrt((n - 1) / n);
    RH_TRY(find_tail(r, &out->tail_end, error));
    out->tail_mean = -r->pnl_stats.es95.value;
    if (!isnan(a)) out->log_mean = a * rh_entropic_price(&r->sums.with_premium, a).value;
    return RH_OK;
}

static double influence_at(const influence *f, size_t i)
{
    double pnl = f->pnl[i], cost = f->cost[i], sum = 0;
    double z = f->sd_error > 0 ? (pnl + cost - f->mean_error) / f->sd_error : 0;
    double below = pnl < f->tail_end ? (f->tail_end - pnl) / 0.05 : 0;
    sum += f->slope[PART_pnl] * (pnl - f->mean_pnl);
    sum += f->slope[PART_cost] * (cost - f->mean_cost);
    sum += f->slope[PART_error] * 0.5 * f->sd_error * (z * z - 1);
    sum += f->slope[PART_es95] * (f->tail_mean - (f->tail_end - below));
    if (!isnan(f->aversion)) {
        double weight = rh_exp(-f->aversion * pnl - f->log_mean); /* exp(-a x) / E exp(-a x) */
        sum += f->slope[PART_certainty_equivalent] * (1 - weight) / f->aversion;
    }
    return sum;
}

/* The standard error of the objective (b NULL), or of the difference of two over the same units. */
static double objective_error(const influence *a, const influence *b, size_t paths, size_t unit)
{
    rh_comoments all = {0};
    double means[RH_MEASURE_BLOCK];
    size_t units = paths / unit, used = 0;
    for (size_t u = 0; u < units; u++) {
        double sum = 0;
        for (size_t i = u * unit; i < (u + 1) * unit; i++) {
            sum += influence_at(a, i) - (b ? influence_at(b, i) : 0);
        }
        means[used++] = sum / (double)unit;
        if (used < RH_MEASURE_BLOCK && u + 1 < units) continue;
        rh_comoments block;
        rh_comoments_of(means, means, used, &block);
        rh_comoments_merge(&all, &block);
        used = 0;
    }
    double m = (double)units;
    return units < 2 ? (double)NAN : sqrt(all.aa / (m * (m - 1)));
}

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
            return rh_fail(error, RH_INTERRUPTED, "interrupted in the study of %s", c->label);
        }
        if (c->status == RH_USAGE || c->status == RH_NO_MEMORY) {
            if (error) *error = c->error;
            return c->status;
        }
        if (c->status == RH_OK) rh_outcome_of_paths(&c->result, &c->outcome);
    }
    return RH_OK;
}

/* --- ranking ------------------------------------------------------------------------------- */

static rh_status find_frontier(rh_contestant *contestants, size_t count, rh_error *error)
{
    rh_outcome *outcomes = calloc(count, sizeof *outcomes);
    bool *frontier = calloc(count, sizeof *frontier);
    rh_status status = outcomes && frontier ? RH_OK
                                            : rh_fail(error, RH_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < count && status == RH_OK; i++) {
        outcomes[i] = contestants[i].outcome;
        if (contestants[i].status != RH_OK) outcomes[i].cost = (double)NAN;
    }
    if (status == RH_OK) status = rh_objective_frontier(outcomes, count, frontier, error);
    for (size_t i = 0; i < count && status == RH_OK; i++) contestants[i].frontier = frontier[i];
    free(outcomes);
    free(frontier);
    return status;
}

/* Whether a comes before b: by the objective, those without one last, ties in their order. */
static bool precedes(const rh_contestant *a, const rh_contestant *b)
{
    double x = a->objective.value, y = b->objective.value;
    if (isnan(x) || isnan(y)) return !isnan(x) || (isnan(y) && a < b);
    return x < y || (!(y < x) && a < b);
}

static void find_places(rh_contestant *contestants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        contestants[i].place = 0;
        for (size_t k = 0; k < count; k++) {
            if (k != i && precedes(&contestants[k], &contestants[i])) contestants[i].place++;
        }
    }
}

static void compare_with_best(const rh_ranking_request *request, const influence *of,
                              rh_contestant *contestants)
{
    size_t best = 0;
    for (size_t i = 0; i < request->count; i++) {
        if (contestants[i].place == 0) best = i;
    }
    for (size_t i = 0; i < request->count; i++) {
        rh_contestant *c = &contestants[i];
        if (isnan(c->objective.value)) continue;
        c->regret.value = c->objective.value - contestants[best].objective.value;
        c->regret.se = i == best ? 0 : objective_error(&of[i], &of[best], (size_t)c->result.paths,
                                                       c->result.unit);
    }
}

static void compare_with_baseline(const rh_contestant *baseline, rh_contestant *c)
{
    if (baseline->status != RH_OK || c->status != RH_OK) return;
    rh_sample differences = {c->result.pnl, baseline->result.pnl, -1, (size_t)c->result.paths,
                             c->result.unit};
    c->difference = rh_sample_mean(&differences);
}

static rh_status rank(const rh_ranking_request *request, influence *of, rh_contestant *contestants,
                      rh_error *error)
{
    const rh_estimate none = {(double)NAN, (double)NAN};
    for (size_t i = 0; i < request->count; i++) {
        rh_contestant *c = &contestants[i];
        c->objective = c->difference = c->regret = none;
        if (c->status != RH_OK) continue;
        RH_TRY(make_influence(request, c, &of[i], error));
        c->objective.value = request->objective->value(&c->outcome, request->lambda);
        c->objective.se = objective_error(&of[i], NULL, (size_t)c->result.paths, c->result.unit);
    }
    find_places(contestants, request->count);
    compare_with_best(request, of, contestants);
    for (size_t i = 0; i < request->count; i++) {
        compare_with_baseline(&contestants[request->baseline], &contestants[i]);
    }
    return find_frontier(contestants, request->count, error);
}

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
    const char *named[RH_COMPARE_POLICIES_MAX];
    for (size_t i = 0; i < request->count; i++) {
        const char *given = request->labels ? request->labels[i] : NULL;
        named[i] = given ? given : request->policies[i];
        contestants[i].policy = request->policies[i];
    }
    rh_compare_labels(named, request->count, labels);
    for (size_t i = 0; i < request->count; i++) {
        memcpy(contestants[i].label, labels[i].label, sizeof contestants[i].label);
    }
}

rh_status rh_ranking(const rh_ranking_request *request, rh_contestant *contestants,
                     rh_error *error)
{
    RH_TRY(rh_ranking_check(request, error));
    rh_compare_run *labels = calloc(request->count, sizeof *labels);
    influence *of = calloc(request->count, sizeof *of);
    rh_status status = labels && of ? RH_OK : rh_fail(error, RH_NO_MEMORY, "out of memory");
    if (status == RH_OK) {
        name_contestants(request, labels, contestants);
        status = run_studies(request, contestants, error);
    }
    if (status == RH_OK) status = rank(request, of, contestants, error);
    free(labels);
    free(of);
    return status;
}

void rh_ranking_free(rh_contestant *contestants, size_t count)
{
    for (size_t i = 0; i < count; i++) rh_mc_result_free(&contestants[i].result);
}
