/* Evaluation of points and the identity of a sweep. What identifies it are the hashes of scenario,
 * data and scripts and the words of the request; never paths of files or results. */
#include "study/sweep_inputs.h"

#include <string.h>

#include "data/json.h"
#include "study/mc.h"

/* A study takes as many workers as the parallel-for has threads; others never get a block. */
static rh_status evaluate_paths(const rh_sweep_request *request, const rh_run_request *one,
                                rh_outcome *outcome, rh_error *error)
{
    rh_mc_result result = {0};
    rh_mc_request study = {.run = *one, .paths = request->paths,
                           .risk_aversion = request->risk_aversion,
                           .parallel = request->parallel,
                           .parallel_context = request->parallel_context,
                           .workers = RH_MC_WORKERS_MAX};
    rh_status status = rh_mc_run(&study, &result, error);
    if (status == RH_OK && result.interrupted)
        status = rh_fail(error, RH_INTERRUPTED, "interrupted");
    if (status == RH_OK) rh_outcome_of_paths(&result, outcome);
    rh_mc_result_free(&result);
    return status;
}

/* Over paths, path 0 alone says what is run. */
rh_status rh_sweep_evaluate(const rh_sweep_request *request, const rh_run_request *one,
                            rh_outcome *outcome, rh_buffer *inputs, rh_error *error)
{
    rh_run_result result = {0};
    if (request->paths > 0) RH_TRY(evaluate_paths(request, one, outcome, error));
    if (request->paths > 0 && !inputs) return RH_OK;
    rh_status status = rh_run_scenario(one, &result, error);
    if (status == RH_OK && request->paths == 0)
        status = rh_outcome_of_run(&result, outcome, error);
    if (status == RH_OK && inputs) {
        rh_buffer_append(inputs, result.summary.bytes, result.summary.length);
        if (inputs->failed) status = rh_fail(error, RH_NO_MEMORY, "no memory for a summary");
    }
    rh_run_result_free(&result);
    return status;
}

static rh_buffer *add_fact(rh_sweep_inputs *out, const char *name)
{
    RH_ASSERT(out->count < RH_SWEEP_FACTS_MAX);
    out->facts[out->count].name = name;
    return &out->text[out->count++];
}

static void add_words(const rh_sweep_request *r, rh_sweep_inputs *out)
{
    rh_buffer *text = add_fact(out, "variables");
    for (int i = 0; i < r->base.set_count; i++)
        rh_buffer_printf(text, "%s%s", i > 0 ? " " : "", r->base.sets[i]);
    text = add_fact(out, "params");
    for (size_t a = 0; a < r->axis_count; a++)
        rh_buffer_printf(text, "%s%s", a > 0 ? " " : "", r->axes[a].name);
    text = add_fact(out, "windows");
    rh_buffer_printf(text, "%lld %lld", (long long)r->fit_ns, (long long)r->judge_ns);
    text = add_fact(out, "paths");
    rh_buffer_printf(text, "%llu", (unsigned long long)r->paths);
    if (r->paths > 0) rh_buffer_printf(text, " %.17g", r->risk_aversion);
}

static void add_value(rh_sweep_inputs *out, const char *name, rh_json at)
{
    rh_json_writer w = {.out = add_fact(out, name)};
    rh_json_put_value(&w, NULL, at);
}

static rh_status read_run(rh_json root, rh_sweep_inputs *out, rh_error *error)
{
    static const char *const of_inputs[] = {"scenario", "tapes", "scripts"};
    rh_json inputs, at, clock;
    RH_TRY(rh_json_get(root, "inputs", RH_REQUIRED, &inputs, error));
    for (size_t i = 0; i < sizeof of_inputs / sizeof *of_inputs; i++) {
        RH_TRY(rh_json_get(inputs, of_inputs[i], RH_REQUIRED, &at, error));
        add_value(out, of_inputs[i], at);
    }
    RH_TRY(rh_json_get(root, "policy", RH_REQUIRED, &at, error));
    RH_TRY(rh_json_get(at, "name", RH_REQUIRED, &at, error));
    add_value(out, "policy", at);
    RH_TRY(rh_json_get(root, "seed", RH_REQUIRED, &at, error));
    add_value(out, "seed", at);
    RH_TRY(rh_json_get(root, "clock", RH_REQUIRED, &clock, error));
    RH_TRY(rh_json_time(clock, "from", RH_REQUIRED, &out->from_ns, error));
    return rh_json_time(clock, "to", RH_REQUIRED, &out->to_ns, error);
}

rh_status rh_sweep_read_inputs(const rh_sweep_request *request, const rh_buffer *inputs,
                               rh_sweep_inputs *out, rh_error *error)
{
    rh_json_doc *doc = NULL;
    RH_TRY(rh_json_parse("summary.json", inputs->bytes, inputs->length, &doc, error));
    rh_status status = read_run(rh_json_root(doc), out, error);
    rh_json_free(doc);
    RH_TRY(status);
    add_words(request, out);
    for (size_t f = 0; f < out->count; f++) {
        if (out->text[f].failed) return rh_fail(error, RH_NO_MEMORY, "no memory for the inputs");
        out->facts[f].value = out->text[f].bytes ? out->text[f].bytes : "";
    }
    return RH_OK;
}

void rh_sweep_inputs_free(rh_sweep_inputs *inputs)
{
    for (size_t f = 0; f < RH_SWEEP_FACTS_MAX; f++) rh_buffer_free(&inputs->text[f]);
}
