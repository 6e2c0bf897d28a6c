/* The printed ranking: each policy with its objective, what it leaves on the table against the best
 * (regret), and its P&L against the baseline's, both paired, with standard errors. Computes only
 * the ends of intervals. */
#include "cli/ranking_out.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/mc_table.h"
#include "data/json.h"
#include "report/markup.h"

enum { LABEL = 25, VALUE = 9, ERROR = 7 };

/* --- table --------------------------------------------------------------------------------- */

/* Padded; text is cut where it is too wide, a number (right) never is. */
static void put_text(rh_buffer *out, const char *text, size_t width, bool right)
{
    rh_buffer safe = {0};
    rh_plain_text(&safe, text, right ? 0 : width);
    const char *shown = safe.bytes && !safe.failed ? safe.bytes : "";
    size_t used = rh_plain_width(shown);
    for (size_t i = used; right && i < width; i++) rh_buffer_text(out, " ");
    rh_buffer_text(out, shown);
    for (size_t i = used; !right && i < width; i++) rh_buffer_text(out, " ");
    rh_buffer_free(&safe);
}

static void put_estimate(rh_buffer *out, rh_estimate estimate, bool with_error)
{
    char value[RH_FIGURE_TEXT], error[RH_FIGURE_TEXT];
    rh_estimate_text(estimate, 4, value, error);
    rh_buffer_text(out, " ");
    put_text(out, isnan(estimate.value) ? "-" : value, VALUE, true);
    if (!with_error) return;
    rh_buffer_text(out, error[0] ? " +- " : "    ");
    put_text(out, error, ERROR, false);
}

static void heading(rh_buffer *out)
{
    put_text(out, "", LABEL + 4, false);
    rh_buffer_text(out, " ");
    put_text(out, "objective", VALUE, true);
    rh_buffer_text(out, " ");
    put_text(out, "regret", VALUE, true);
    put_text(out, "", ERROR + 5, false);
    put_text(out, "cost", VALUE, true);
    rh_buffer_text(out, " ");
    put_text(out, "error", VALUE, true);
    rh_buffer_text(out, " ");
    put_text(out, "P&L less", VALUE, true);
    rh_buffer_text(out, "\n");
}

/* "1 * label": its place, and a star on the frontier. */
static void row(rh_buffer *out, const rh_contestant *c)
{
    rh_buffer_printf(out, "%2zu %s ", c->place + 1, c->frontier ? "*" : " ");
    put_text(out, c->label, LABEL - 1, false);
    if (c->status != RH_OK) {
        rh_buffer_text(out, "  refused: ");
        put_text(out, c->error.message, 60, false);
        rh_buffer_text(out, "\n");
        return;
    }
    put_estimate(out, (rh_estimate){c->objective.value, c->objective.se}, false);
    put_estimate(out, c->regret, true);
    put_estimate(out, (rh_estimate){c->outcome.cost, c->outcome.cost_se}, false);
    put_estimate(out, (rh_estimate){c->outcome.error, c->outcome.error_se}, false);
    put_estimate(out, c->difference, true);
    if (c->outcome.policy_failed) rh_buffer_text(out, "  killed on some paths");
    while (!out->failed && out->length > 0 && out->bytes[out->length - 1] == ' ') out->length--;
    rh_buffer_text(out, "\n");
}

static void head(rh_buffer *out, const rh_ranking_request *request, const rh_mc_scenario *scenario,
                 bool colour)
{
    char paths[RH_FIGURE_TEXT];
    rh_figure_text(paths, (double)request->study.paths, 0);
    if (colour) rh_buffer_text(out, "\033[1m");
    rh_plain_text(out, scenario->name, 100);
    if (colour) rh_buffer_text(out, "\033[0m");
    rh_buffer_printf(out, "\n%s paths, seed %" PRIu64 ", ", paths, scenario->seed);
    rh_plain_text(out, scenario->numeraire, 12);
    rh_buffer_printf(out, "; %s", request->objective->about);
    if (request->objective->uses_lambda) rh_buffer_printf(out, ", lambda %g", request->lambda);
    rh_buffer_text(out, "\n\n");
}

/* What the constant band of the comparison was. */
static void put_best_band(rh_buffer *out, const rh_ranking_request *request,
                          const rh_contestant *contestants)
{
    for (size_t i = 0; i < request->count; i++) {
        if (strcmp(contestants[i].label, "best-band") != 0) continue;
        rh_buffer_text(out, "  best-band: the constant band that is best in hindsight, ");
        rh_plain_text(out, contestants[i].policy, RH_NAME_MAX);
        rh_buffer_text(out, "\n");
    }
}

rh_status rh_ranking_table(FILE *out, const rh_ranking_request *request,
                           const rh_mc_scenario *scenario, const rh_contestant *contestants,
                           bool colour, rh_error *error)
{
    rh_buffer text = {0};
    head(&text, request, scenario, colour);
    heading(&text);
    for (size_t place = 0; place < request->count; place++) {
        for (size_t i = 0; i < request->count; i++) {
            if (contestants[i].place == place) row(&text, &contestants[i]);
        }
    }
    rh_buffer_text(&text, "\n  regret: the objective less the best one's; error: std of the P&L "
                          "before costs\n  P&L less: that of ");
    rh_plain_text(&text, contestants[request->baseline].label, RH_NAME_MAX);
    rh_buffer_text(&text, ", path by path\n  +-: one standard error; *: nobody has both less "
                          "cost and less error\n");
    put_best_band(&text, request, contestants);
    rh_status status = RH_OK;
    if (text.failed) {
        status = rh_fail(error, RH_NO_MEMORY, "no memory for a table");
    } else if (fwrite(text.bytes, 1, text.length, out) != text.length || fflush(out) != 0) {
        status = rh_fail(error, RH_IO, "the table could not be written");
    }
    rh_buffer_free(&text);
    return status;
}

/* --- JSON ---------------------------------------------------------------------------------- */

static void put_pair(rh_json_writer *w, const char *key, double mean, double se)
{
    rh_json_open(w, key, '{');
    rh_json_put_double(w, "mean", mean);
    rh_json_put_double(w, "se", se);
    rh_json_close(w, '}');
}

static void put_difference(rh_json_writer *w, rh_estimate difference)
{
    double reach = RH_RANKING_Z * difference.se;
    rh_json_open(w, "difference", '{');
    rh_json_put_double(w, "mean", difference.value);
    rh_json_put_double(w, "se", difference.se);
    rh_json_put_double(w, "low", difference.value - reach);
    rh_json_put_double(w, "high", difference.value + reach);
    rh_json_close(w, '}');
}

static void put_numbers(rh_json_writer *w, const rh_contestant *c)
{
    const rh_outcome *o = &c->outcome;
    double reach = RH_RANKING_Z * c->regret.se;
    rh_json_put_i64(w, "place", (int64_t)c->place + 1);
    rh_json_put_double(w, "objective", c->objective.value);
    rh_json_put_double(w, "objective_se", c->objective.se);
    rh_json_put_double(w, "regret", c->regret.value);
    rh_json_put_double(w, "regret_se", c->regret.se);
    rh_json_put_double(w, "regret_low", c->regret.value - reach);
    rh_json_put_double(w, "regret_high", c->regret.value + reach);
    put_difference(w, c->difference);
    put_pair(w, "pnl", o->pnl, o->pnl_se);
    put_pair(w, "cost", o->cost, o->cost_se);
    put_pair(w, "error", o->error, o->error_se);
    rh_json_put_double(w, "es95", o->es95);
    rh_json_put_double(w, "es95_se", o->es95_se);
    rh_json_put_double(w, "certainty_equivalent", o->certainty_equivalent);
    rh_json_put_double(w, "certainty_equivalent_se", o->certainty_equivalent_se);
    rh_json_put_double(w, "probability_of_loss", o->probability_of_loss);
    rh_json_put_double(w, "trades", o->fills);
    rh_json_put_double(w, "turnover", o->turnover);
    rh_json_put_bool(w, "frontier", c->frontier);
    rh_json_put_i64(w, "killed", (int64_t)c->result.sums.killed);
    rh_json_put_text(w, "digest", o->digest);
}

static void put_run(rh_json_writer *w, const rh_contestant *c)
{
    rh_json_open(w, NULL, '{');
    rh_json_put_text(w, "label", c->label);
    rh_json_put_text(w, "policy", c->policy);
    if (c->status == RH_OK) {
        put_numbers(w, c);
    } else {
        rh_json_put_text(w, "refused", c->error.message);
    }
    rh_json_close(w, '}');
}

rh_status rh_ranking_json(const rh_ranking_request *request, const rh_mc_scenario *scenario,
                          const rh_contestant *contestants, rh_buffer *json, rh_error *error)
{
    char seed[RH_NUMBER_TEXT];
    rh_json_writer writer = {.out = json, .pretty = true}, *w = &writer;
    snprintf(seed, sizeof seed, "%" PRIu64, scenario->seed);
    rh_json_open(w, NULL, '{');
    rh_json_put_text(w, "kind", "compare");
    rh_json_put_text(w, "scenario", scenario->name);
    rh_json_put_text(w, "numeraire", scenario->numeraire);
    rh_json_put_text(w, "seed", seed);
    rh_json_put_text(w, "engine", RH_ENGINE_VERSION);
    rh_json_put_i64(w, "paths", (int64_t)request->study.paths);
    rh_json_put_text(w, "objective", request->objective->name);
    if (request->objective->uses_lambda) rh_json_put_double(w, "lambda", request->lambda);
    if (!isnan(request->study.risk_aversion)) {
        rh_json_put_double(w, "risk_aversion", request->study.risk_aversion);
    }
    rh_json_put_text(w, "baseline", contestants[request->baseline].label);
    rh_json_open(w, "runs", '[');
    for (size_t i = 0; i < request->count; i++) put_run(w, &contestants[i]);
    rh_json_close(w, ']');
    rh_json_close(w, '}');
    return json->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a comparison") : RH_OK;
}
