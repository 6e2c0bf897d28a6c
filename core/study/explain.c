/* The counterfactual runs and their reconciliation. Knows neither threads nor terminals.
 * Invariant: a line depends on the scenario and its friction only. */
#include "study/explain.h"

#include <math.h>

#include "data/json.h"

typedef struct counterfactuals {
    const rh_run_request *base;
    uint32_t without[RH_FRICTIONS + 1];
    rh_outcome outcome[RH_FRICTIONS + 1];
    rh_error error[RH_FRICTIONS + 1];
    size_t count;
} counterfactuals;

static rh_status run_one(void *argument, size_t index)
{
    counterfactuals *all = argument;
    rh_run_request request = *all->base;
    rh_run_result result = {0};
    rh_error *error = &all->error[index];
    request.without = all->without[index];
    request.out_dir = NULL;
    request.progress = NULL;
    rh_status status = rh_run_scenario(&request, &result, error);
    if (status == RH_OK) status = rh_outcome_of_run(&result, &all->outcome[index], error);
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
        rh_explain_line *line = &out->line[out->count++];
        for (int f = 0; f < RH_FRICTIONS; f++)
            if (all->without[i] == 1u << f) line->friction = (rh_friction)f;
        int cost = rh_friction_rows[line->friction].cost;
        line->booked = cost < 0 ? (double)NAN : out->run.booked[cost];
        line->without = all->outcome[i];
        line->gain = line->without.pnl - out->run.pnl;
        explained += line->gain;
    }
    out->ideal = all->outcome[all->count - 1];
    out->interaction = out->ideal.pnl - out->run.pnl - explained;
}

rh_status rh_explain(const rh_explain_request *request, rh_run_result *result,
                     rh_explanation *explanation, rh_error *error)
{
    counterfactuals all = {.base = &request->base};
    *explanation = (rh_explanation){0};
    RH_TRY(rh_run_scenario(&request->base, result, error));
    rh_status status = rh_outcome_of_run(result, &explanation->run, error);
    for (uint32_t f = 0; f < RH_FRICTIONS; f++) {
        if (result->frictions >> f & 1u) all.without[all.count++] = 1u << f;
    }
    all.without[all.count++] = RH_FRICTIONS_ALL;
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
        rh_json_put_double(&w, "pnl_without", line->without.pnl);
        rh_json_put_double(&w, "gain", line->gain);
        rh_json_put_i64(&w, "fills", (int64_t)line->without.fills);
        if (line->without.policy_failed) rh_json_put_bool(&w, "policy_failed", true);
        rh_json_close(&w, '}');
    }
    rh_json_close(&w, ']');
    rh_json_put_double(&w, "interaction", e->interaction);
    rh_json_open(&w, "all", '{');
    rh_json_put_double(&w, "booked", e->run.cost);
    rh_json_put_double(&w, "pnl_without", e->ideal.pnl);
    rh_json_put_double(&w, "gain", e->ideal.pnl - e->run.pnl);
    rh_json_put_i64(&w, "fills", (int64_t)e->ideal.fills);
    rh_json_close(&w, '}');
    rh_json_close(&w, '}');
}
