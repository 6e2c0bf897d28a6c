/* The page of a study of many paths (summary.json of kind "mc"): what the book earns on average and
 * how it spreads, its distributions with their quantiles, costs by kind. Reads the summary alone.
 * Every estimate is shown with its standard error where the study has one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

enum { BARS_MAX = 512, QUANTILES_MAX = 24 };

/* "1,234.50 +- 12.3 USD" */
static void estimate(rh_page *page, rh_json of, const char *key, const char *se_key, int decimals)
{
    double se = rh_summary_number(of, se_key);
    rh_html_figure(&page->out, rh_summary_number(of, key), decimals);
    if (isnan(se)) return;
    rh_buffer_text(&page->out, "&nbsp;&plusmn;&nbsp;");
    rh_page_short(page, se, 3);
}

/* --- words --------------------------------------------------------------------------------- */

static void headline(rh_page *page, rh_json root, rh_json pnl, int decimals)
{
    rh_buffer *out = &page->out;
    rh_json cost = rh_summary_block(root, "cost"), trades = rh_summary_block(root, "trades");
    double mean = rh_summary_number(pnl, "mean"), loss;
    rh_buffer_text(out, "<header>\n<h1><bdi>");
    rh_html_text(out, rh_summary_text(root, "scenario"));
    rh_buffer_text(out, "</bdi></h1>\n<p class=\"sub\">");
    rh_page_policy(page);
    rh_buffer_text(out, "<span class=\"dot\"></span>");
    rh_html_figure(out, rh_summary_number(root, "paths"), 0);
    rh_buffer_text(out, " simulated paths</p>\n<p class=\"lede\">");
    rh_page_book(page);
    rh_buffer_text(out, mean < 0 ? "On average a path lost <b>" : "On average a path made <b>");
    rh_page_money(page, fabs(mean), decimals);
    rh_buffer_text(out, "</b> (standard error ");
    rh_page_short(page, rh_summary_number(pnl, "se"), 3);
    rh_buffer_text(out, "), with a standard deviation of <b>");
    estimate(page, pnl, "std", "std_se", decimals);
    rh_buffer_text(out, "</b>");
    loss = rh_summary_number(pnl, "probability_of_loss");
    if (!isnan(loss)) {
        rh_buffer_text(out, "; ");
        rh_page_short(page, 100 * loss, 3);
        rh_buffer_text(out, "% of the paths lost money");
    }
    rh_buffer_text(out, ". Hedging cost ");
    rh_page_money(page, rh_summary_number(cost, "mean"), decimals);
    rh_buffer_text(out, " in ");
    rh_page_short(page, rh_summary_number(trades, "mean"), 4);
    rh_buffer_text(out, " trades, on average. The worst path ended at ");
    rh_html_figure(out, rh_summary_number(pnl, "min"), decimals);
    rh_buffer_text(out, ", the best at ");
    rh_html_figure(out, rh_summary_number(pnl, "max"), decimals);
    rh_buffer_text(out, ". </p>\n");
}

static void killed(rh_page *page, rh_json root)
{
    rh_json dead = rh_summary_block(root, "killed");
    double paths = rh_summary_number(dead, "paths");
    if (!(paths > 0)) return;
    rh_buffer_text(&page->out, "<p class=\"note status\">The policy was killed on ");
    rh_html_figure(&page->out, paths, 0);
    rh_buffer_text(&page->out, paths > 1 ? " paths, first on path " : " path, number ");
    rh_html_figure(&page->out, rh_summary_number(dead, "first_path"), 0);
    rh_buffer_text(&page->out, ": <bdi>");
    rh_html_text(&page->out, rh_summary_text(dead, "message"));
    rh_buffer_text(&page->out, "</bdi></p>\n");
}

static void tiles(rh_page *page, rh_json root, rh_json pnl, int decimals)
{
    rh_json cost = rh_summary_block(root, "cost"), error = rh_summary_block(root, "error");
    rh_buffer unit = {0};
    rh_html_text(&unit, page->summary.numeraire);
    const char *money = unit.bytes ? unit.bytes : "";
    rh_page_tiles(page);
    rh_page_tile(page, "Mean P&amp;L", rh_summary_number(pnl, "mean"), decimals, money);
    rh_page_tile(page, "Standard deviation", rh_summary_number(pnl, "std"), decimals, money);
    rh_page_tile(page, "Expected shortfall", rh_summary_number(pnl, "es95"), decimals,
                 "mean of the worst 5%");
    rh_page_tile(page, "Mean cost", rh_summary_number(cost, "mean"), decimals, money);
    rh_page_tile(page, "Hedging error", rh_summary_number(error, "std"), decimals,
                 "std of P&amp;L before costs");
    rh_buffer_text(&page->out, "</div>\n");
    rh_buffer_free(&unit);
    if (page->summary.digest[0]) {
        rh_buffer_text(&page->out, "<p class=\"digest\">digest <code>");
        rh_html_text(&page->out, page->summary.digest);
        rh_buffer_text(&page->out, "</code></p>\n");
    }
}

/* --- distributions ------------------------------------------------------------------------- */

static size_t numbers(rh_json array, double *values, size_t limit)
{
    size_t count = rh_json_count(array);
    if (count > limit) count = limit;
    for (size_t i = 0; i < count; i++) {
        values[i] = (double)NAN;
        (void)rh_json_as_number(rh_json_at(array, i), &values[i], NULL);
    }
    return count;
}

typedef struct rules {
    int count;
    char text[QUANTILES_MAX][24];
    const char *names[QUANTILES_MAX];
    double values[QUANTILES_MAX];
} rules;

/* Mean, and the quantiles whose names fit a picture. */
static void choose_rules(rules *to, rh_json of)
{
    static const char *const levels[] = {"0.01", "0.05", "0.5", "0.95", "0.99"};
    static const char *const names[] = {"1%", "5%", "median", "95%", "99%"};
    rh_json quantiles = rh_summary_block(of, "quantiles");
    to->names[0] = "mean";
    to->values[0] = rh_summary_number(of, "mean");
    to->count = isnan(to->values[0]) ? 0 : 1;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        double value = rh_summary_number(quantiles, levels[i]);
        if (isnan(value)) continue;
        to->names[to->count] = names[i];
        to->values[to->count++] = value;
    }
}

static void histogram(rh_page *page, rh_json of, const char *heading, const char *about)
{
    double edges[BARS_MAX + 1], counts[BARS_MAX], *rows;
    rules marked = {0};
    rh_json frequencies = rh_summary_block(of, "histogram"), array;
    size_t edge_count = 0, bars = 0;
    if (rh_summary_find(frequencies, "edges", RH_JSON_ARRAY, &array))
        edge_count = numbers(array, edges, BARS_MAX + 1);
    if (rh_summary_find(frequencies, "counts", RH_JSON_ARRAY, &array))
        bars = numbers(array, counts, BARS_MAX);
    if (bars == 0 || edge_count != bars + 1) return;
    rows = malloc(bars * 4 * sizeof *rows);
    if (!rows) {
        page->out.failed = true;
        return;
    }
    double all = fmax(rh_summary_number(frequencies, "below"), 0) +
                 fmax(rh_summary_number(frequencies, "above"), 0);
    for (size_t i = 0; i < bars; i++) all += counts[i];
    for (size_t i = 0; i < bars; i++) {
        rows[4 * i] = edges[i];
        rows[4 * i + 1] = edges[i + 1];
        rows[4 * i + 2] = counts[i];
        rows[4 * i + 3] = all > 0 ? 100 * counts[i] / all : (double)NAN;
    }
    choose_rules(&marked, of);
    rh_frame_put(page, &(rh_frame){
        .draw = "histogram", .heading = heading, .about = about, .height = 320,
        .unit = page->summary.numeraire, .x = page->summary.numeraire, .y = "% of paths",
        .rows = bars, .columns = 4, .values = rows, .keys = {"from", "to", "paths", "share"},
        .heads = {"from", "to", "paths", "share, %"}, .rules = marked.count,
        .rule_names = marked.names, .rule_values = marked.values});
    free(rows);
}

static void quantile_table(rh_page *page, rh_json pnl, rh_json error)
{
    rh_json of_pnl = rh_summary_block(pnl, "quantiles");
    rh_json pnl_se = rh_summary_block(pnl, "quantiles_se");
    rh_json of_error = rh_summary_block(error, "quantiles");
    double values[QUANTILES_MAX * 3], level;
    rules names = {0};
    for (size_t i = 0; i < rh_json_count(of_pnl) && names.count < QUANTILES_MAX; i++) {
        const char *key = rh_json_key_at(of_pnl, i);
        double *row = values + 3 * names.count;
        if (!rh_parse_double(key, &level)) continue;
        snprintf(names.text[names.count], sizeof names.text[0], "%g%%", 100 * level);
        names.names[names.count] = names.text[names.count];
        row[0] = rh_summary_number(of_pnl, key);
        row[1] = rh_summary_number(pnl_se, key);
        row[2] = rh_summary_number(of_error, key);
        names.count++;
    }
    if (names.count == 0) return;
    rh_frame_put(page, &(rh_frame){
        .heading = "Quantiles", .about = "The share of paths that ended below.",
        .unit = page->summary.numeraire, .rows = (size_t)names.count, .columns = 3,
        .label_head = "share of paths", .labels = names.names, .values = values,
        .heads = {"P&L", "standard error", "P&L before costs"}});
}

static void cost_table(rh_page *page, rh_json cost)
{
    double values[(RH_COST_KINDS + 1) * 4];
    const char *names[RH_COST_KINDS + 1];
    size_t rows = 0;
    for (int k = 0; k <= RH_COST_KINDS; k++) {
        rh_json of = k < RH_COST_KINDS ? rh_summary_block(cost, rh_cost_names[k]) : cost;
        double mean = rh_summary_number(of, "mean");
        if (isnan(mean) || (k < RH_COST_KINDS && mean == 0 && rh_summary_number(of, "max") == 0))
            continue;
        names[rows] = k < RH_COST_KINDS ? rh_cost_names[k] : "total";
        values[4 * rows] = mean;
        values[4 * rows + 1] = rh_summary_number(of, "se");
        values[4 * rows + 2] = rh_summary_number(of, "min");
        values[4 * rows + 3] = rh_summary_number(of, "max");
        rows++;
    }
    if (rows == 0) return;
    rh_frame_put(page, &(rh_frame){
        .heading = "Costs by kind", .about = "Per path; positive is lost. Kinds that never "
        "occurred are left out.", .unit = page->summary.numeraire, .rows = rows, .columns = 4,
        .label_head = "kind", .labels = names, .values = values,
        .heads = {"mean", "standard error", "least", "greatest"}});
}

rh_status rh_page_mc(rh_page *page, rh_error *error)
{
    rh_json root = rh_json_root(page->summary.doc), pnl = rh_summary_block(root, "pnl");
    double mean = rh_summary_number(pnl, "mean"), std = rh_summary_number(pnl, "std");
    if (isnan(mean))
        return rh_json_fail(root, error, "a study of kind mc without a mean P&L (/pnl/mean)");
    int decimals = rh_figure_decimals(fmax(fabs(mean), isnan(std) ? 0 : std));
    rh_page_open(page, rh_summary_text(root, "scenario"));
    headline(page, root, pnl, decimals);
    tiles(page, root, pnl, decimals);
    killed(page, root);
    rh_page_notes(page);
    rh_buffer_text(&page->out, "</header>\n<p class=\"keys\"></p>\n");
    histogram(page, pnl, "Distribution of P&amp;L", "One value for each path, all costs paid.");
    histogram(page, rh_summary_block(root, "error"), "Distribution of the hedging error",
              "P&amp;L of each path before costs: a hedge without error would have one value.");
    rh_buffer_text(&page->out, "<div>\n");
    quantile_table(page, pnl, rh_summary_block(root, "error"));
    cost_table(page, rh_summary_block(root, "cost"));
    rh_buffer_text(&page->out, "</div>\n");
    rh_page_provenance(page);
    rh_page_close(page);
    return RH_OK;
}
