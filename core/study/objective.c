/* The table of objectives, and the efficient frontier of cost against error, which needs none.
 * Must not know where outcomes come from. */
#include "study/objective.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static double cost_variance(const rh_outcome *o, double lambda)
{
    return o->cost + lambda * o->error * o->error;
}

static double certainty_equivalent(const rh_outcome *o, double lambda)
{
    (void)lambda;
    return -o->certainty_equivalent;
}

static double es95(const rh_outcome *o, double lambda)
{
    (void)lambda;
    return o->es95;
}

static double pnl(const rh_outcome *o, double lambda)
{
    (void)lambda;
    return -o->pnl;
}

static double error_of(const rh_outcome *o, double lambda)
{
    (void)lambda;
    return o->error;
}

const rh_objective rh_objectives[] = {
    {"cost_variance", "cost + lambda x variance of the hedging error", false, true, cost_variance},
    {"certainty_equivalent", "what the P&L is worth to an exponential utility", true, false,
     certainty_equivalent},
    {"es95", "mean loss of the worst 5% of paths", true, false, es95},
    {"error", "the hedging error alone, whatever it costs", false, false, error_of},
    {"pnl", "the P&L alone: on one tape mostly luck", false, false, pnl},
    {0}};

rh_status rh_objective_find(const char *name, const rh_objective **objective, rh_error *error)
{
    const char *names[sizeof rh_objectives / sizeof *rh_objectives];
    size_t count = 0;
    for (const rh_objective *o = rh_objectives; o->name; o++) {
        if (!name || !strcmp(o->name, name)) {
            *objective = o;
            return RH_OK;
        }
        names[count++] = o->name;
    }
    if (strcmp(name, "return_on_margin") == 0) {
        return rh_fail(error, RH_USAGE, "objective: return_on_margin needs the margin that the "
                       "account must hold, and no venue here has margin rules yet; pnl or "
                       "cost_variance rank without it");
    }
    const char *near = rh_nearest_name(name, names, count);
    return rh_fail(error, RH_USAGE, "objective: found \"%.64s\"%s%s%s", name,
                   near ? "; did you mean \"" : ", expected cost_variance, certainty_equivalent, "
                                                "es95, error or pnl",
                   near ? near : "", near ? "\"?" : "");
}

typedef struct place {
    double cost, error;
    size_t index;
} place;

static int by_cost(const void *left, const void *right)
{
    const place *a = left, *b = right;
    if (a->cost < b->cost || a->cost > b->cost) return a->cost < b->cost ? -1 : 1;
    if (a->error < b->error || a->error > b->error) return a->error < b->error ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

rh_status rh_objective_frontier(const rh_outcome *outcomes, size_t count, bool *frontier,
                                rh_error *error)
{
    place *places = calloc(count + 1, sizeof *places);
    size_t used = 0;
    if (!places) return rh_fail(error, RH_NO_MEMORY, "no memory for a frontier");
    for (size_t i = 0; i < count; i++) {
        const rh_outcome *o = &outcomes[i];
        frontier[i] = false;
        if (o->policy_failed || isnan(o->cost) || isnan(o->error)) continue;
        places[used++] = (place){o->cost, o->error, i};
    }
    if (used > 0) qsort(places, used, sizeof *places, by_cost);
    double best = HUGE_VAL;
    for (size_t n = 0; n < used; n++) { /* in order of cost: each must be better than all before */
        if (!(places[n].error < best)) continue;
        frontier[places[n].index] = true;
        best = places[n].error;
    }
    free(places);
    return RH_OK;
}
