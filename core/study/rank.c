/* The ranking itself: objectives, differences over the units that contestants share, places and the
 * frontier. An objective is a function of an outcome's numbers; its influence function is theirs,
 * weighted with its slopes in them, so that a new objective has standard errors without saying
 * more. Must not know how an outcome came about: by many paths, or by one history row by row. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/kernels.h"
#include "study/ranking.h"

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

/* What the influence of a path, or of a row, needs to know of all of them. Of rows a statistic is a
 * sum and not a mean, and the error is the root of their summed squares, about 0: the same but for
 * two factors. */
typedef struct influence {
    const rh_trace *of;
    double slope[PARTS];
    double of_mean, of_error;             /* 1; of n rows n and sqrt(n) */
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

static rh_status find_tail(const rh_trace *of, double *end, rh_error *error)
{
    rh_sample sample = {of->pnl, NULL, 0, of->count, of->unit};
    size_t rank = (size_t)fmax(ceil(0.05 * (double)of->count) - 1, 0);
    return rh_order_statistics(&sample, &rank, 1, end, error);
}

static void of_rows(const rh_contestant *c, influence *out)
{
    double n = (double)c->trace.count;
    out->of_mean = n;
    out->of_error = sqrt(n);
    out->mean_pnl = c->outcome.pnl / n;
    out->mean_cost = c->outcome.cost / n;
    out->mean_error = 0;
    out->sd_error = c->outcome.error / out->of_error;
    out->aversion = (double)NAN;
}

static rh_status of_paths(const rh_contestant *c, influence *out, rh_error *error)
{
    const rh_outcome *o = &c->outcome;
    double n = (double)c->trace.count, a = c->trace.risk_aversion;
    out->of_mean = out->of_error = 1;
    out->mean_pnl = o->pnl;
    out->mean_cost = o->cost;
    out->mean_error = o->pnl + o->cost;
    out->sd_error = o->error * sqrt((n - 1) / n);
    out->tail_mean = -o->es95;
    out->aversion = a;
    if (!isnan(a)) out->log_mean = -a * o->certainty_equivalent;
    return find_tail(&c->trace, &out->tail_end, error);
}

static rh_status make_influence(const rh_objective *objective, double lambda,
                                const rh_contestant *c, influence *out, rh_error *error)
{
    *out = (influence){.of = &c->trace};
    find_slopes(objective, lambda, &c->outcome, out->slope);
    if (!c->trace.adds_up) return of_paths(c, out, error);
    of_rows(c, out);
    return RH_OK;
}

static double influence_at(const influence *f, size_t i)
{
    double pnl = f->of->pnl[i], cost = f->of->cost[i], sum = 0;
    double z = f->sd_error > 0 ? (pnl + cost - f->mean_error) / f->sd_error : 0;
    sum += f->of_mean * f->slope[PART_pnl] * (pnl - f->mean_pnl);
    sum += f->of_mean * f->slope[PART_cost] * (cost - f->mean_cost);
    sum += f->of_error * f->slope[PART_error] * 0.5 * f->sd_error * (z * z - 1);
    if (f->of->adds_up) return sum;
    double below = pnl < f->tail_end ? (f->tail_end - pnl) / 0.05 : 0;
    sum += f->slope[PART_es95] * (f->tail_mean - (f->tail_end - below));
    if (!isnan(f->aversion)) {
        double weight = rh_exp(-f->aversion * pnl - f->log_mean); /* exp(-a x) / E exp(-a x) */
        sum += f->slope[PART_certainty_equivalent] * (1 - weight) / f->aversion;
    }
    return sum;
}

/* The standard error of the objective (b NULL), or of the difference of two over the same units.
 * Units of rows may differ by one row in length. */
static double objective_error(const influence *a, const influence *b)
{
    rh_comoments all = {0};
    double means[RH_MEASURE_BLOCK];
    size_t count = a->of->count, unit = a->of->unit, units = unit ? count / unit : 0, used = 0;
    if (units < 2 || (b && (b->of->count != count || b->of->unit != unit))) return (double)NAN;
    for (size_t u = 0; u < units; u++) {
        size_t first = u * count / units, end = (u + 1) * count / units;
        double sum = 0;
        for (size_t i = first; i < end; i++)
            sum += influence_at(a, i) - (b ? influence_at(b, i) : 0);
        means[used++] = sum / (double)(end - first);
        if (used < RH_MEASURE_BLOCK && u + 1 < units) continue;
        rh_comoments block;
        rh_comoments_of(means, means, used, &block);
        rh_comoments_merge(&all, &block);
        used = 0;
    }
    double m = (double)units;
    return sqrt(all.aa / (m * (m - 1)));
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

static void compare_with_best(const influence *of, rh_contestant *contestants, size_t count)
{
    size_t best = 0;
    for (size_t i = 0; i < count; i++) {
        if (contestants[i].place == 0) best = i;
    }
    for (size_t i = 0; i < count; i++) {
        rh_contestant *c = &contestants[i];
        if (isnan(c->objective.value)) continue;
        c->regret.value = c->objective.value - contestants[best].objective.value;
        c->regret.se = i == best ? 0 : objective_error(&of[i], &of[best]);
    }
}

/* The P&L alone, whatever the objective. */
static influence of_pnl(const influence *of)
{
    influence alone = *of;
    memset(alone.slope, 0, sizeof alone.slope);
    alone.slope[PART_pnl] = 1;
    return alone;
}

static void compare_with_baseline(const influence *of, rh_contestant *contestants, size_t count,
                                  size_t baseline)
{
    if (contestants[baseline].status != RH_OK) return;
    influence base = of_pnl(&of[baseline]);
    for (size_t i = 0; i < count; i++) {
        rh_contestant *c = &contestants[i];
        if (c->status != RH_OK) continue;
        influence own = of_pnl(&of[i]);
        c->difference.value = c->outcome.pnl - contestants[baseline].outcome.pnl;
        c->difference.se = i == baseline ? 0 : objective_error(&own, &base);
    }
}

static rh_status rank_all(const rh_objective *objective, double lambda, influence *of,
                          rh_contestant *contestants, size_t count, rh_error *error)
{
    const rh_estimate none = {(double)NAN, (double)NAN};
    for (size_t i = 0; i < count; i++) {
        rh_contestant *c = &contestants[i];
        c->objective = c->difference = c->regret = none;
        if (c->status != RH_OK) continue;
        RH_TRY(make_influence(objective, lambda, c, &of[i], error));
        if (c->outcome.policy_failed && c->outcome.paths == 0) continue; /* dead, it wins nothing */
        c->objective.value = objective->value(&c->outcome, lambda);
        c->objective.se = objective_error(&of[i], NULL);
    }
    find_places(contestants, count);
    compare_with_best(of, contestants, count);
    return find_frontier(contestants, count, error);
}

rh_status rh_rank(const rh_objective *objective, double lambda, size_t baseline,
                  rh_contestant *contestants, size_t count, rh_error *error)
{
    influence *of = calloc(count, sizeof *of);
    if (!of) return rh_fail(error, RH_NO_MEMORY, "out of memory");
    rh_status status = rank_all(objective, lambda, of, contestants, count, error);
    if (status == RH_OK) compare_with_baseline(of, contestants, count, baseline);
    free(of);
    return status;
}
