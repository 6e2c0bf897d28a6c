/* A study as JSON. Every estimate is written as "x": value, "x_se": its standard error; what has no
 * standard error (too few units) or no value is null. Must not compute. */
#include "study/mc_summary.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/json.h"
#include "engine/scenario.h"

/* --- from the scenario --------------------------------------------------------------------- */

static rh_status read_risk_aversion(rh_json root, double *risk_aversion, rh_error *error)
{
    rh_json vars;
    double found = 0;
    *risk_aversion = NAN;
    if (rh_json_get(root, "vars", RH_OPTIONAL, &vars, error) != RH_OK) return RH_OK;
    if (!rh_json_has(vars, "risk_aversion")) return RH_OK;
    RH_TRY(rh_json_number(vars, "risk_aversion", RH_REQUIRED, 0, 1e300, &found, error));
    if (found > 0) *risk_aversion = found;
    return RH_OK;
}

rh_status rh_mc_scenario_read(const rh_run_request *request, rh_mc_scenario *scenario,
                              rh_error *error)
{
    rh_scenario *s = NULL;
    memset(scenario, 0, sizeof *scenario);
    RH_TRY(rh_scenario_read(request, &s, error));
    snprintf(scenario->name, sizeof scenario->name, "%s", s->name);
    memcpy(scenario->sha256, s->sha256, sizeof scenario->sha256);
    snprintf(scenario->numeraire, sizeof scenario->numeraire, "%s",
             s->universe.currencies[s->universe.numeraire].name);
    scenario->seed = s->seed;
    rh_status status =
        read_risk_aversion(rh_json_root(s->doc), &scenario->risk_aversion, error);
    rh_scenario_free(s);
    return status;
}

/* --- estimates ----------------------------------------------------------------------------- */

static void put_estimate(rh_json_writer *w, const char *name, rh_estimate estimate)
{
    char se[RH_NAME_MAX];
    snprintf(se, sizeof se, "%s_se", name);
    rh_json_put_double(w, name, estimate.value);
    rh_json_put_double(w, se, estimate.se);
}

static void put_mean(rh_json_writer *w, rh_estimate mean)
{
    rh_json_put_double(w, "mean", mean.value);
    rh_json_put_double(w, "se", mean.se);
}

static void put_quantiles(rh_json_writer *w, const char *key, const rh_distribution *of, bool se)
{
    rh_json_open(w, key, '{');
    for (int k = 0; k < RH_QUANTILES; k++) {
        char level[RH_NUMBER_TEXT];
        rh_text_double(level, rh_quantile_levels[k]);
        rh_json_put_double(w, level, se ? of->quantile[k].se : of->quantile[k].value);
    }
    rh_json_close(w, '}');
}

static void put_frequencies(rh_json_writer *w, const rh_frequencies *of)
{
    rh_json_open(w, "histogram", '{');
    rh_json_open(w, "edges", '[');
    for (int i = 0; i <= of->bins; i++) rh_json_put_double(w, NULL, of->edges[i]);
    rh_json_close(w, ']');
    rh_json_open(w, "counts", '[');
    for (int i = 0; i < of->bins; i++) rh_json_put_i64(w, NULL, (int64_t)of->counts[i]);
    rh_json_close(w, ']');
    rh_json_put_i64(w, "below", (int64_t)of->below);
    rh_json_put_i64(w, "above", (int64_t)of->above);
    rh_json_close(w, '}');
}

static void put_distribution(rh_json_writer *w, const char *key, const rh_distribution *of,
                             const rh_frequencies *frequencies)
{
    rh_json_open(w, key, '{');
    put_mean(w, of->mean);
    put_estimate(w, "std", of->std);
    put_estimate(w, "skew", of->skew);
    put_estimate(w, "rms", of->rms);
    rh_json_put_double(w, "min", of->min);
    rh_json_put_double(w, "max", of->max);
    put_quantiles(w, "quantiles", of, false);
    put_quantiles(w, "quantiles_se", of, true);
    put_estimate(w, "es95", of->es95);
    put_estimate(w, "es99", of->es99);
    put_estimate(w, "probability_of_loss", of->probability_of_loss);
    put_frequencies(w, frequencies);
    rh_json_close(w, '}');
}

static void put_measure(rh_json_writer *w, const rh_measure *of)
{
    put_mean(w, rh_measure_mean(of));
    rh_json_put_double(w, "std", rh_measure_std(of));
    rh_json_put_double(w, "min", of->paths.count ? of->min : (double)NAN);
    rh_json_put_double(w, "max", of->paths.count ? of->max : (double)NAN);
}

/* --- blocks of the summary ----------------------------------------------------------------- */

static void put_costs(rh_json_writer *w, const rh_mc_sums *sums)
{
    rh_json_open(w, "cost", '{');
    put_measure(w, &sums->measure[RH_MC_cost]);
    for (int k = 0; k < RH_COST_KINDS; k++) {
        rh_json_open(w, rh_cost_names[k], '{');
        put_measure(w, &sums->measure[RH_MC_COST_KINDS + k]);
        rh_json_close(w, '}');
    }
    rh_json_close(w, '}');
}

static void put_hedging(rh_json_writer *w, const rh_mc_sums *sums)
{
    static const struct { const char *key; rh_mc_measure measure; } blocks[] = {
        {"trades", RH_MC_fills}, {"orders", RH_MC_orders}, {"turnover", RH_MC_turnover},
        {"rms_delta", RH_MC_rms_delta}, {"max_abs_delta", RH_MC_max_abs_delta},
        {"spot", RH_MC_spot}, {"premium", RH_MC_premium}};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        rh_json_open(w, blocks[i].key, '{');
        put_measure(w, &sums->measure[blocks[i].measure]);
        rh_json_close(w, '}');
    }
}

static void put_entropic(rh_json_writer *w, const rh_mc_result *result)
{
    double a = result->risk_aversion;
    if (isnan(a)) return;
    rh_estimate price = rh_entropic_price(&result->sums.without_premium, a);
    rh_estimate certain = rh_entropic_price(&result->sums.with_premium, a);
    certain.value = -certain.value;
    rh_json_open(w, "entropic", '{');
    rh_json_put_double(w, "risk_aversion", a);
    rh_json_put_double(w, "price", price.value);
    rh_json_put_double(w, "se", price.se);
    put_estimate(w, "certainty_equivalent", certain);
    rh_json_put_double(w, "effective_paths",
                       rh_entropic_effective_paths(&result->sums.without_premium));
    rh_json_close(w, '}');
}

static void put_recorded(rh_json_writer *w, const rh_mc_result *result)
{
    rh_json_open(w, "recorded", '{');
    for (int k = 0; k < result->series_count; k++) {
        const rh_measure *of = &result->sums.measure[RH_MC_SERIES + k];
        rh_json_open(w, result->series[k], '{');
        put_measure(w, of);
        rh_json_put_double(w, "correlation_with_pnl", rh_measure_correlation(of));
        rh_json_put_i64(w, "paths", (int64_t)of->paths.count);
        rh_json_close(w, '}');
    }
    rh_json_close(w, '}');
}

static void put_killed(rh_json_writer *w, const rh_mc_result *result)
{
    rh_json_open(w, "killed", '{');
    rh_json_put_i64(w, "paths", (int64_t)result->sums.killed);
    if (result->sums.killed > 0) {
        rh_json_put_i64(w, "first_path", result->first_killed);
        rh_json_put_text(w, "message", result->kill_message);
    }
    rh_json_close(w, '}');
}

/* What the engine says of scenario and policy, key by key; `taken` are written here already. */
static rh_status put_description(rh_json_writer *w, const rh_mc_result *result, rh_error *error)
{
    static const char *const taken[] = {"kind", "status", "scenario", "engine", "seed", "numeraire",
                                        "digest", "paths", "name", "inputs"};
    rh_json_doc *doc = NULL;
    if (result->description.length == 0) return RH_OK;
    RH_TRY(rh_json_parse("the description of the paths", result->description.bytes,
                         result->description.length, &doc, error));
    rh_json root = rh_json_root(doc);
    for (size_t i = 0; i < rh_json_count(root); i++) {
        const char *key = rh_json_key_at(root, i);
        bool repeated = false;
        for (size_t k = 0; k < sizeof taken / sizeof *taken; k++) {
            repeated = repeated || strcmp(key, taken[k]) == 0;
        }
        if (!repeated) rh_json_put_value(w, key, rh_json_at(root, i));
    }
    rh_json_free(doc);
    return RH_OK;
}

static void put_head(rh_json_writer *w, const rh_mc_request *request,
                     const rh_mc_scenario *scenario, const rh_mc_result *result)
{
    char seed[RH_NUMBER_TEXT];
    snprintf(seed, sizeof seed, "%" PRIu64, scenario->seed);
    rh_json_put_text(w, "kind", "mc");
    rh_json_put_text(w, "scenario", scenario->name);
    rh_json_put_text(w, "status", result->interrupted         ? "interrupted"
                                  : result->sums.killed > 0 ? "policy_failed"
                                                            : "ok");
    rh_json_put_i64(w, "paths", (int64_t)result->paths);
    rh_json_put_i64(w, "paths_asked", (int64_t)result->asked);
    rh_json_put_i64(w, "units", (int64_t)result->pnl_stats.units);
    rh_json_put_bool(w, "antithetic", request->options.antithetic);
    rh_json_put_bool(w, "moment_matched", request->options.moment_matched);
    if (request->until_se > 0) {
        rh_json_put_double(w, "until_se", request->until_se);
        rh_json_put_bool(w, "until_se_reached", result->sharp);
    }
    rh_json_put_text(w, "digest", result->digest);
    rh_json_put_text(w, "seed", seed);
    rh_json_put_text(w, "engine", RH_ENGINE_VERSION);
    rh_json_put_text(w, "lua", request->run.lua_version ? request->run.lua_version : "");
    rh_json_put_text(w, "numeraire", scenario->numeraire);
    rh_json_open(w, "inputs", '{');
    rh_json_put_text(w, "scenario", scenario->sha256);
    rh_json_close(w, '}');
}

rh_status rh_mc_summary(const rh_mc_request *request, const rh_mc_scenario *scenario,
                        const rh_mc_result *result, rh_buffer *json, rh_error *error)
{
    rh_json_writer writer = {.out = json, .pretty = true}, *w = &writer;
    rh_json_open(w, NULL, '{');
    put_head(w, request, scenario, result);
    RH_TRY(put_description(w, result, error));
    put_distribution(w, "pnl", &result->pnl_stats, &result->pnl_frequencies);
    put_costs(w, &result->sums);
    put_distribution(w, "error", &result->error_stats, &result->error_frequencies);
    put_hedging(w, &result->sums);
    put_entropic(w, result);
    put_recorded(w, result);
    put_killed(w, result);
    rh_json_put_text(w, "method", result->in_blocks ? "blocks" : "events");
    rh_json_put_double(w, "wall_s", result->wall_s);
    rh_json_put_double(w, "paths_per_s",
                       result->wall_s > 0 ? (double)result->paths / result->wall_s : (double)NAN);
    rh_json_close(w, '}');
    return json->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a summary") : RH_OK;
}
