/* The counterfactual runs and their reconciliation. Knows neither threads nor terminals.
 * Invariant: a line depends on the scenario and its friction only. */
#include "study/explain.h"

#include <math.h>
#include <string.h>

#include "data/json.h"

/* The totals of one block of a summary, by the names of `kinds`. */
static rh_status read_costs(rh_json root, rh_explain_run *run, rh_error *error)
{
    rh_json cost;
    RH_TRY(rh_json_get(root, "cost", RH_REQUIRED, &cost, error));
    RH_TRY(rh_json_number(cost, "total", RH_REQUIRED, -HUGE_VAL, HUGE_VAL, &run->cost, error));
    for (int k = 0; k < RH_COST_KINDS; k++) {
        RH_TRY(rh_json_number(cost, rh_cost_names[k], RH_REQUIRED, -HUGE_VAL, HUGE_VAL,
                              &run->booked[k], error));
    }
    return RH_OK;
}

static rh_status read_summary(const rh_run_result *result, uint32_t without, rh_explain_run *run,
                              rh_error *error)
{
    rh_json_doc *doc = NULL;
    rh_json pnl, hedging;
    *run = (rh_explain_run){.without = without, .policy_failed = result->policy_failed};
    RH_TRY(rh_json_parse("summary.json", result->summary.bytes, result->summary.length, &doc,
                         error));
    rh_json root = rh_json_root(doc);
    rh_status status = rh_json_get(root, "pnl", RH_REQUIRED, &pnl, error);
    if (status == RH_OK)
        status = rh_json_number(pnl, "total", RH_REQUIRED, -HUGE_VAL, HUGE_VAL, &run->pnl, error);
    if (status == RH_OK) status = rh_json_get(root, "hedging", RH_REQUIRED, &hedging, error);
    if (status == RH_OK)
        status = rh_json_integer(hedging, "fills", RH_REQUIRED, 0, INT64_MAX, &run->fills, error);
    if (status == RH_OK) status = read_costs(root, run, error);
    rh_json_free(doc);
    return status;
}

typedef struct counterfactuals {
    const rh_run_request *base;
    rh_explain_run run[RH_FRICTIONS + 1];
    rh_error error[RH_FRICTIONS + 1];
    size_t count;
} counterfactuals;

static rh_status run_one(void *argument, size_t index)
{
    counterfactuals *all = argument;
    rh_run_request request = *all->base;
    rh_run_result result = {0};
    rh_error *error = &all->error[index];
    request.without = all->run[index].without;
    request.out_dir = NULL;
    request.progress = NULL;
    rh_status status = rh_run_scenario(&request, &result, error);
    if (status == RH_OK) status = read_summary(&result, request.without, &all->run[index], error);
    rh_run_result_free(&result);
    return status;
}

static rh_status run_all(const rh_explain_request *request, counterfactuals *all, rh_error *error)
{
    rh_status status = RH_OK;
    if (request->parallel) {
        status = request->parallel(request->parallel_context, all->count, run_one, all);
    } else {
        for (size_t i = 0; i < all->count && status == RH_OK; i++) status = run_one(all, i);
    }
    for (size_t i = 0; i < all->count && status != RH_OK; i++) {
        if (all->error[i].message[0]) return rh_fail(error, status, "%s", all->error[i].message);
    }
    return status;
}

static void reconcile(const counterfactuals *all, rh_explanation *out)
{
    double explained = 0.0;
    for (size_t i = 0; i + 1 < all->count; i++) {
        const rh_explain_run *run = &all->run[i];
        rh_explain_line *line = &out->line[out->count++];
        for (int f = 0; f < RH_FRICTIONS; f++)
            if (run->without == 1u << f) line->friction = (rh_friction)f;
        int cost = rh_friction_rows[line->friction].cost;
        line->booked = cost < 0 ? (double)NAN : out->run.booked[cost];
        line->pnl_without = run->pnl;
        line->gain = run->pnl - out->run.pnl;
        line->fills = run->fills;
        line->policy_failed = run->policy_failed;
        explained += line->gain;
    }
    out->ideal = all->run[all->count - 1];
    out->interaction = out->ideal.pnl - out->run.pnl - explained;
}

rh_status rh_explain(const rh_explain_request *request, rh_run_result *result,
                     rh_explanation *explanation, rh_error *error)
{
    counterfactuals all = {.base = &request->base};
    *explanation = (rh_explanation){0};
    RH_TRY(rh_run_scenario(&request->base, result, error));
    rh_status status = read_summary(result, 0, &explanation->run, error);
    for (uint32_t f = 0; f < RH_FRICTIONS; f++) {
        if (result->frictions >> f & 1u) all.run[all.count++].without = 1u << f;
    }
    all.run[all.count++].without = RH_FRICTIONS_ALL;
    if (status == RH_OK) status = run_all(request, &all, error);
    if (status != RH_OK) {
        rh_run_result_free(result);
        return status;
    }
    reconcile(&all, explanation);
    return RH_OK;
}

void rh_explain_json(const rh_explanation *e, rh_buffer *out)
{
    rh_json_writer w = {.out = out, .pretty = true};
    rh_json_open(&w, NULL, '{');
    rh_json_put_double(&w, "pnl", e->run.pnl);
    rh_json_open(&w, "frictions", '[');
    for (int i = 0; i < e->count; i++) {
        const rh_explain_line *line = &e->line[i];
        rh_json_open(&w, NULL, '{');
        rh_json_put_text(&w, "friction", rh_friction_rows[line->friction].word);
        rh_json_put_double(&w, "booked", line->booked);
        rh_json_put_double(&w, "pnl_without", line->pnl_without);
        rh_json_put_double(&w, "gain", line->gain);
        rh_json_put_i64(&w, "fills", line->fills);
        if (line->policy_failed) rh_json_put_bool(&w, "policy_failed", true);
        rh_json_close(&w, '}');
    }
    rh_json_close(&w, ']');
    rh_json_put_double(&w, "interaction", e->interaction);
    rh_json_open(&w, "all", '{');
    rh_json_put_double(&w, "booked", e->run.cost);
    rh_json_put_double(&w, "pnl_without", e->ideal.pnl);
    rh_json_put_double(&w, "gain", e->ideal.pnl - e->run.pnl);
    rh_json_put_i64(&w, "fills", e->ideal.fills);
    rh_json_close(&w, '}');
    rh_json_close(&w, '}');
}
