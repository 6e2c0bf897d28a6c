/* The table of a study: panels side by side, each line a name, a value and its standard error, with
 * as many decimals as the error leaves sense in. Must not compute. */
#include "cli/mc_table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "report/markup.h"

enum { NAME_WIDTH = 17, VALUE_WIDTH = 14, ERROR_WIDTH = 12, LINES_MAX = 24, DECIMALS_MAX = 12 };

/* --- lines --------------------------------------------------------------------------------- */

typedef struct line {
    char name[RH_NAME_MAX], value[RH_FIGURE_TEXT], error[RH_FIGURE_TEXT];
} line;

typedef struct panel {
    const char *title;
    line lines[LINES_MAX];
    int count;
} panel;

/* Two digits of the standard error count. */
static int decimals_of(double se)
{
    int decimals = 0;
    double scaled = fabs(se);
    if (!(scaled > 0) || isinf(scaled)) return -1;
    for (; scaled < 9.95 && decimals < DECIMALS_MAX; decimals++) scaled *= 10;
    return decimals;
}

void rh_estimate_text(rh_estimate estimate, int digits, char value[RH_FIGURE_TEXT],
                      char error[RH_FIGURE_TEXT])
{
    int decimals = decimals_of(estimate.se);
    error[0] = '\0';
    if (decimals < 0) {
        rh_figure_short(value, estimate.value, digits);
        return;
    }
    rh_figure_text(value, estimate.value, decimals);
    rh_figure_text(error, estimate.se, decimals);
}

static line *add_line(panel *p, const char *name)
{
    line *l = &p->lines[p->count < LINES_MAX ? p->count++ : LINES_MAX - 1];
    *l = (line){.name = ""};
    snprintf(l->name, sizeof l->name, "%s", name);
    return l;
}

static void put(panel *p, const char *name, rh_estimate estimate)
{
    line *l = add_line(p, name);
    rh_estimate_text(estimate, 6, l->value, l->error);
}

static void put_percent(panel *p, const char *name, rh_estimate share)
{
    put(p, name, (rh_estimate){100 * share.value, 100 * share.se});
    line *l = &p->lines[p->count - 1];
    strncat(l->value, "%", sizeof l->value - strlen(l->value) - 1);
    if (l->error[0]) strncat(l->error, "%", sizeof l->error - strlen(l->error) - 1);
}

static void put_plain(panel *p, const char *name, double value)
{
    rh_figure_short(add_line(p, name)->value, value, 6);
}

/* --- printing ------------------------------------------------------------------------------ */

static void style(rh_buffer *out, bool colour, const char *code)
{
    if (colour) rh_buffer_printf(out, "\033[%sm", code);
}

static void pad(rh_buffer *out, size_t used, size_t width)
{
    for (; used < width; used++) rh_buffer_text(out, " ");
}

static void put_cell(rh_buffer *out, const char *text, size_t width)
{
    rh_buffer safe = {0};
    rh_plain_text(&safe, text, width);
    const char *shown = safe.bytes && !safe.failed ? safe.bytes : "";
    rh_buffer_text(out, shown);
    pad(out, rh_plain_width(shown), width);
    rh_buffer_free(&safe);
}

static void print_line(rh_buffer *out, const panel *p, int index)
{
    bool any = index < p->count;
    const line *l = &p->lines[any ? index : 0];
    rh_buffer_text(out, "  ");
    put_cell(out, any ? l->name : "", NAME_WIDTH);
    const char *value = any ? l->value : "", *error = any ? l->error : "";
    pad(out, strlen(value), VALUE_WIDTH);
    rh_buffer_printf(out, "%s %s ", value, error[0] ? "+-" : "  ");
    rh_buffer_text(out, error);
    pad(out, strlen(error), ERROR_WIDTH);
}

static void trim(rh_buffer *out)
{
    while (!out->failed && out->length > 0 && out->bytes[out->length - 1] == ' ') out->length--;
    rh_buffer_text(out, "\n");
}

static void print_titles(rh_buffer *out, const panel *left, const panel *right, bool colour)
{
    const size_t width = NAME_WIDTH + VALUE_WIDTH + ERROR_WIDTH + 4;
    style(out, colour, "2");
    rh_buffer_text(out, "  ");
    put_cell(out, left->title, width);
    rh_buffer_text(out, "  ");
    put_cell(out, right->title, width);
    trim(out);
    style(out, colour, "0");
}

static void print_panels(rh_buffer *out, const panel *left, const panel *right, bool colour)
{
    print_titles(out, left, right, colour);
    for (int i = 0; i < left->count || i < right->count; i++) {
        print_line(out, left, i);
        print_line(out, right, i);
        trim(out);
    }
    rh_buffer_text(out, "\n");
}

/* --- the panels of a study ----------------------------------------------------------------- */

static void pnl_panels(rh_buffer *out, const rh_distribution *of, bool colour)
{
    panel pnl = {.title = "P&L at expiry"}, quantiles = {.title = "quantiles of the P&L"};
    put(&pnl, "mean", of->mean);
    put(&pnl, "std", of->std);
    put(&pnl, "skew", of->skew);
    put_percent(&pnl, "P(loss)", of->probability_of_loss);
    put(&pnl, "shortfall 95%", of->es95);
    put(&pnl, "shortfall 99%", of->es99);
    put_plain(&pnl, "least", of->min);
    put_plain(&pnl, "most", of->max);
    for (int k = 0; k < RH_QUANTILES; k++) {
        char name[RH_NAME_MAX];
        snprintf(name, sizeof name, "%2.0f%%", 100 * rh_quantile_levels[k]);
        put(&quantiles, name, of->quantile[k]);
    }
    print_panels(out, &pnl, &quantiles, colour);
}

static void cost_panel(panel *costs, const rh_mc_sums *sums)
{
    costs->title = "costs";
    put(costs, "total", rh_measure_mean(&sums->measure[RH_MC_cost]));
    for (int k = 0; k < RH_COST_KINDS; k++) {
        const rh_measure *kind = &sums->measure[RH_MC_COST_KINDS + k];
        if (kind->min < 0 || kind->max > 0) put(costs, rh_cost_names[k], rh_measure_mean(kind));
    }
    put(costs, "premium", rh_measure_mean(&sums->measure[RH_MC_premium]));
}

static void hedging_panel(panel *hedging, const rh_mc_sums *sums)
{
    hedging->title = "hedging";
    put(hedging, "trades", rh_measure_mean(&sums->measure[RH_MC_fills]));
    put(hedging, "turnover", rh_measure_mean(&sums->measure[RH_MC_turnover]));
    put(hedging, "delta, rms", rh_measure_mean(&sums->measure[RH_MC_rms_delta]));
    put(hedging, "delta, largest", rh_measure_mean(&sums->measure[RH_MC_max_abs_delta]));
    put_plain(hedging, "  of all paths", sums->measure[RH_MC_max_abs_delta].max);
    put(hedging, "spot at the end", rh_measure_mean(&sums->measure[RH_MC_spot]));
}

static void error_panels(rh_buffer *out, const rh_mc_result *result, bool colour)
{
    panel error = {.title = "hedging error: P&L before costs"}, utility = {.title = ""};
    const rh_distribution *of = &result->error_stats;
    put(&error, "mean", of->mean);
    put(&error, "std", of->std);
    put(&error, "rms", of->rms);
    double a = result->risk_aversion;
    if (!isnan(a)) {
        rh_estimate certain = rh_entropic_price(&result->sums.with_premium, a);
        utility.title = "exponential utility";
        put_plain(&utility, "risk aversion", a);
        put(&utility, "reservation price", rh_entropic_price(&result->sums.without_premium, a));
        put(&utility, "certain equal", (rh_estimate){-certain.value, certain.se});
        put_plain(&utility, "effective paths",
                  rh_entropic_effective_paths(&result->sums.without_premium));
    }
    print_panels(out, &error, &utility, colour);
}

static void recorded(rh_buffer *out, const rh_mc_result *result, bool colour)
{
    panel means = {.title = "recorded by the policy"}, with_pnl = {.title = "correlation with P&L"};
    for (int k = 0; k < result->series_count; k++) {
        const rh_measure *of = &result->sums.measure[RH_MC_SERIES + k];
        put(&means, result->series[k], rh_measure_mean(of));
        put_plain(&with_pnl, result->series[k], rh_measure_correlation(of));
    }
    if (result->series_count > 0) print_panels(out, &means, &with_pnl, colour);
}

/* --- head and foot ------------------------------------------------------------------------- */

/* "delta-band 1.0.0, " from the description, where it says so. */
static void policy_name(rh_buffer *out, const rh_buffer *description)
{
    rh_json_doc *doc = NULL;
    rh_json policy;
    const char *name = "", *version = "";
    if (description->length == 0 ||
        rh_json_parse("", description->bytes, description->length, &doc, NULL) != RH_OK)
        return;
    if (rh_json_get(rh_json_root(doc), "policy", RH_OPTIONAL, &policy, NULL) == RH_OK &&
        rh_json_kind(policy) == RH_JSON_OBJECT) {
        (void)rh_json_text(policy, "name", RH_OPTIONAL, &name, NULL);
        (void)rh_json_text(policy, "version", RH_OPTIONAL, &version, NULL);
    }
    if (name[0]) {
        rh_plain_text(out, name, RH_NAME_MAX);
        rh_buffer_text(out, version[0] ? " " : "");
        rh_plain_text(out, version, RH_NAME_MAX);
        rh_buffer_text(out, ", ");
    }
    rh_json_free(doc);
}

static void head(rh_buffer *out, const rh_mc_request *request, const rh_mc_scenario *scenario,
                 const rh_mc_result *result, bool colour)
{
    char paths[RH_FIGURE_TEXT];
    rh_figure_text(paths, (double)result->paths, 0);
    style(out, colour, "1");
    rh_plain_text(out, scenario->name, 100);
    style(out, colour, "0");
    rh_buffer_text(out, "\n");
    style(out, colour, "2");
    policy_name(out, &result->description);
    rh_buffer_printf(out, "%s paths%s, seed %" PRIu64 ", ", paths,
                     request->options.moment_matched ? " in moment-matched blocks"
                     : request->options.antithetic   ? " in antithetic pairs"
                                                     : "",
                     scenario->seed);
    rh_plain_text(out, scenario->numeraire, 12);
    style(out, colour, "0");
    rh_buffer_text(out, "; +- is one standard error\n\n");
}

static void foot(rh_buffer *out, const rh_mc_result *result)
{
    char rate[RH_FIGURE_TEXT], seconds[RH_FIGURE_TEXT];
    rh_figure_short(seconds, result->wall_s, 3);
    rh_figure_short(rate, result->wall_s > 0 ? (double)result->paths / result->wall_s : 0, 3);
    rh_buffer_printf(out, "  %s s, %s paths/s, %s\n  digest %s\n", seconds, rate,
                     result->in_blocks ? "in blocks" : "path by path", result->digest);
}

rh_status rh_mc_table(FILE *out, const rh_mc_request *request, const rh_mc_scenario *scenario,
                      const rh_mc_result *result, bool colour, rh_error *error)
{
    rh_buffer text = {0};
    panel costs = {.title = ""}, hedging = {.title = ""};
    rh_status status = RH_OK;
    head(&text, request, scenario, result, colour);
    pnl_panels(&text, &result->pnl_stats, colour);
    cost_panel(&costs, &result->sums);
    hedging_panel(&hedging, &result->sums);
    print_panels(&text, &costs, &hedging, colour);
    error_panels(&text, result, colour);
    recorded(&text, result, colour);
    foot(&text, result);
    if (text.failed) {
        status = rh_fail(error, RH_NO_MEMORY, "no memory for a table");
    } else if (fwrite(text.bytes, 1, text.length, out) != text.length || fflush(out) != 0) {
        status = rh_fail(error, RH_IO, "the table could not be written");
    }
    rh_buffer_free(&text);
    return status;
}
