/* The tables of report.html: P&L by cause, costs by kind, attribution, hedging, events, provenance.
 * Bars share one scale per table; a table whose parts do not sum to its total says so. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

typedef struct line {
    const char *name;
    double value;
} line;

typedef struct scale {
    double largest;
    bool two_sided, lost;       /* lost: positive values are losses, and coloured so */
    int decimals;
} scale;

static void bar(rh_buffer *out, double value, const scale *by)
{
    double length = by->largest > 0 && !isnan(value) ? 100 * fabs(value) / by->largest : 0;
    double origin = by->two_sided ? 100 : 0, width = by->two_sided ? 200 : 100;
    rh_buffer_printf(out, "<svg viewBox=\"0 0 %.0f 10\" preserveAspectRatio=\"none\" "
                     "aria-hidden=\"true\"><rect class=\"%s\" x=\"%.2f\" width=\"%.2f\" "
                     "height=\"10\"/>", width, (value < 0) != by->lost ? "neg" : "pos",
                     value < 0 ? origin - length : origin, length);
    if (by->two_sided) rh_buffer_text(out, "<path class=\"axis\" d=\"M100 0V10\"/>");
    rh_buffer_text(out, "</svg>");
}

static void row(rh_page *page, const line *at, const scale *by)
{
    rh_buffer *out = &page->out;
    rh_buffer_printf(out, "<tr%s><th scope=\"row\">%s</th><td>",
                     at->value == 0 ? " class=\"nil\"" : "", at->name);
    rh_html_figure(out, at->value, by->decimals);
    rh_buffer_text(out, "</td><td class=\"bar\">");
    bar(out, at->value, by);
    rh_buffer_text(out, "</td></tr>\n");
}

static void bar_table(rh_page *page, const char *title, const char *about, const line *lines,
                      int count, double total, bool lost)
{
    rh_buffer *out = &page->out;
    double sum = 0, gross = 0;
    scale by = {.largest = fabs(total), .two_sided = total < 0, .lost = lost};
    for (int i = 0; i < count; i++) {
        if (isnan(lines[i].value)) continue;
        by.largest = fmax(by.largest, fabs(lines[i].value));
        by.two_sided = by.two_sided || lines[i].value < 0;
        sum += lines[i].value;
        gross += fabs(lines[i].value);
    }
    by.decimals = rh_figure_decimals(by.largest);
    rh_buffer_printf(out, "<section><h2>%s <i>", title);
    rh_html_text(out, page->summary.numeraire);
    rh_buffer_text(out, "</i></h2>\n<table class=\"bars\"><tbody>\n");
    for (int i = 0; i < count; i++) row(page, &lines[i], &by);
    rh_buffer_text(out, "</tbody><tfoot>\n");
    row(page, &(line){"total", total}, &by);
    rh_buffer_printf(out, "</tfoot></table>\n<p class=\"note\">%s", about);
    if (fabs(sum - total) > 1e-7 * gross) {
        rh_buffer_text(out, " <b class=\"status\">The parts differ from the total by ");
        rh_html_figure(out, total - sum, by.decimals);
        rh_buffer_text(out, ".</b>");
    }
    rh_buffer_text(out, "</p></section>\n");
}

static void fact(rh_buffer *out, const char *name, double value, int decimals, const char *unit)
{
    if (isnan(value)) return;
    rh_buffer_printf(out, "<tr><th scope=\"row\">%s</th><td>", name);
    rh_html_figure(out, value, decimals);
    rh_buffer_text(out, "</td><td class=\"unit\">");
    rh_html_text(out, unit);
    rh_buffer_text(out, "</td></tr>\n");
}

static void hedging_table(rh_page *page)
{
    const double *h = page->summary.hedging;
    rh_buffer *out = &page->out;
    const char *money = page->summary.numeraire;
    const char *asset = page->ledger.assets == 1 ? page->ledger.names[0] : "";
    int decimals = rh_figure_decimals(h[RH_HEDGING_max_abs_delta]);
    double fills = h[RH_HEDGING_fills], turnover = h[RH_HEDGING_turnover];
    double cost = page->summary.cost_total;
    int64_t span = page->ledger.bins.last_ns - page->ledger.bins.from_ns;
    rh_buffer_text(out, "<section><h2>Hedging</h2>\n<table class=\"facts\"><tbody>\n");
    fact(out, "net delta, rms", h[RH_HEDGING_rms_delta], decimals, asset);
    fact(out, "net delta, largest", h[RH_HEDGING_max_abs_delta], decimals, asset);
    fact(out, "orders", h[RH_HEDGING_orders], 0, "");
    fact(out, "fills", fills, 0, "");
    fact(out, "turnover", turnover, rh_figure_decimals(turnover), money);
    if (fills > 0) {
        fact(out, "turnover of a fill, mean", turnover / fills,
             rh_figure_decimals(turnover / fills), money);
        fact(out, "cost of a fill, mean", cost / fills, rh_figure_decimals(fabs(cost / fills)),
             money);
        if (span > 0) fact(out, "minutes between fills, mean", (double)span / 6e10 / fills, 1, "");
    }
    if (turnover > 0) fact(out, "cost of turnover", 1e4 * cost / turnover, 3, "bps");
    if (fills > 0 && !isnan(page->summary.pnl_total))
        fact(out, "P&amp;L before costs", page->summary.pnl_total + cost,
             rh_page_decimals(page), money);
    rh_buffer_text(out, "</tbody></table>\n<p class=\"note\">Delta at the mark volatility, "
                        "time-weighted until the last expiry.</p></section>\n");
}

static_assert((int)RH_ATTRIBUTIONS >= (int)RH_COST_KINDS, "one array serves every table");
static_assert((int)RH_ATTRIBUTIONS > (int)RH_PNL_CAUSES, "one array serves every table");

void rh_page_tables(rh_page *page)
{
    const rh_summary *s = &page->summary;
    line lines[RH_ATTRIBUTIONS];
    rh_buffer_text(&page->out, "<div class=\"tables\">\n");
    for (int i = 0; i < RH_PNL_CAUSES; i++) lines[i] = (line){rh_pnl_names[i], s->pnl[i]};
    lines[RH_PNL_CAUSES] = (line){"costs", -s->cost_total};
    bar_table(page, "P&amp;L by cause", "Entry is mark value less price paid when the book was "
              "taken on.", lines, RH_PNL_CAUSES + 1, s->pnl_total, false);
    hedging_table(page);
    for (int i = 0; i < RH_ATTRIBUTIONS; i++)
        lines[i] = (line){rh_attribution_names[i], s->attribution[i]};
    bar_table(page, "Attribution", "Greeks at the start of each interval, net of hedges; higher "
              "is vanna, volga and speed; the residual is what they leave of full revaluation.",
              lines, RH_ATTRIBUTIONS, s->pnl_total, false);
    for (int i = 0; i < RH_COST_KINDS; i++) lines[i] = (line){rh_cost_names[i], s->cost[i]};
    bar_table(page, "Costs by kind", "Positive is lost. Measured from the mid known at the "
              "decision.", lines, RH_COST_KINDS, s->cost_total, true);
    rh_buffer_text(&page->out, "</div>\n");
}

/* --- events -------------------------------------------------------------------------------- */

/* The kind whose next listed mark comes first; -1 when all are done. */
static int earliest(const rh_marks *marks, const uint64_t next[RH_MARK_KINDS])
{
    int best = -1;
    for (int kind = 0; kind < RH_MARK_KINDS; kind++) {
        if (next[kind] >= marks->counts[kind] || next[kind] >= RH_MARKS_LISTED) continue;
        if (best < 0 ||
            marks->listed[kind][next[kind]].time_ns < marks->listed[best][next[best]].time_ns)
            best = kind;
    }
    return best;
}

static void event_rows(rh_page *page)
{
    const rh_marks *marks = &page->marks;
    rh_buffer *out = &page->out;
    uint64_t next[RH_MARK_KINDS] = {0};
    int64_t span = page->ledger.bins.last_ns - page->ledger.bins.from_ns;
    int kind;
    while ((kind = earliest(marks, next)) >= 0) {
        const rh_mark *mark = &marks->listed[kind][next[kind]++];
        char moment[RH_TIME_TEXT];
        rh_moment_text(moment, mark->time_ns, span);
        rh_buffer_printf(out, "<tr><td>%s</td><td>%s</td><td class=\"text\"><bdi>", moment,
                         rh_mark_words[kind]);
        rh_html_text(out, mark->text);
        rh_buffer_text(out, "</bdi></td></tr>\n");
    }
}

void rh_page_events(rh_page *page)
{
    rh_buffer *out = &page->out;
    uint64_t all = 0, listed = 0;
    for (int kind = 0; kind < RH_MARK_KINDS; kind++) {
        uint64_t count = page->marks.counts[kind];
        all += count;
        listed += count < RH_MARKS_LISTED ? count : RH_MARKS_LISTED;
    }
    if (all == 0) return;
    rh_buffer_printf(out, "<section class=\"wide\"><h2>Events</h2>\n<details%s><summary>",
                     listed <= 12 ? " open" : "");
    rh_html_figure(out, (double)all, 0);
    rh_buffer_text(out, all == 1 ? " entry" : " entries");
    rh_buffer_text(out, " of the journal");
    if (listed < all) {
        rh_buffer_text(out, ", the first ");
        rh_html_figure(out, (double)listed, 0);
        rh_buffer_text(out, " of them");
    }
    rh_buffer_text(out, "</summary>\n<div class=\"scroll\"><table class=\"events\"><thead><tr>"
                        "<th>time, UTC</th><th>what</th><th>text</th></tr></thead><tbody>\n");
    event_rows(page);
    rh_buffer_text(out, "</tbody></table></div></details></section>\n");
}

/* --- provenance ---------------------------------------------------------------------------- */

static void origin(rh_buffer *out, const char *name, const char *value)
{
    if (!value[0]) return;
    rh_buffer_text(out, "<tr><th scope=\"row\"><bdi>");
    rh_html_text(out, name);
    rh_buffer_text(out, "</bdi></th><td><bdi>");
    rh_html_text(out, value);
    rh_buffer_text(out, "</bdi></td></tr>\n");
}

/* Texts of an object, one level of objects below it included: files and their hashes. */
static void origins(rh_buffer *out, rh_json object, int depth)
{
    for (size_t i = 0; i < rh_json_count(object) && i < 256; i++) {
        rh_json value = rh_json_at(object, i);
        const char *text = "";
        if (rh_json_kind(value) == RH_JSON_OBJECT && depth > 0)
            origins(out, value, depth - 1);
        else if (rh_json_kind(value) == RH_JSON_STRING &&
                 rh_json_as_text(value, &text, NULL) == RH_OK)
            origin(out, rh_json_key_at(object, i), text);
    }
}

void rh_page_provenance(rh_page *page)
{
    const rh_summary *s = &page->summary;
    rh_buffer *out = &page->out;
    rh_json inputs;
    rh_buffer_text(out, "<footer><details><summary>Provenance</summary>\n"
                        "<div class=\"scroll\"><table class=\"origin\"><tbody>\n");
    origin(out, "digest", s->digest);
    origin(out, "engine", s->engine);
    origin(out, "lua", s->lua);
    char path[32];
    snprintf(path, sizeof path, "%.0f", s->path);
    origin(out, "seed", s->seed);
    origin(out, "path", s->path >= 0.0 ? path : "");
    origin(out, "status", s->status);
    origin(out, "policy sha256", s->policy_sha256);
    rh_json root = rh_json_root(s->doc);
    if (rh_json_has(root, "inputs") &&
        rh_json_get(root, "inputs", RH_OPTIONAL, &inputs, NULL) == RH_OK &&
        rh_json_kind(inputs) == RH_JSON_OBJECT)
        origins(out, inputs, 1);
    rh_buffer_text(out, "</tbody></table></div></details></footer>\n");
}
