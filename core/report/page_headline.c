/* The top of the page of a run: what ran, the answer in words, the key figures. Every sentence is
 * left out when the run did not record its numbers; nothing is guessed. */
#include <math.h>
#include <string.h>

#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

static void title(rh_page *page)
{
    const rh_summary *s = &page->summary;
    rh_buffer *out = &page->out;
    char from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    rh_buffer_text(out, "<header>\n<h1><bdi>");
    rh_html_text(out, s->name[0] ? s->name : "Unnamed scenario");
    rh_buffer_text(out, "</bdi></h1>\n<p class=\"sub\">");
    rh_page_policy(page);
    if (s->from[0] || s->to[0]) {
        rh_buffer_text(out, "<span class=\"dot\"></span>");
        rh_html_text(out, rh_summary_moment(s->from, from));
        rh_buffer_text(out, " to ");
        rh_html_text(out, rh_summary_moment(s->to, to));
        rh_buffer_text(out, " UTC");
    }
    if (!isnan(s->events)) {
        rh_buffer_text(out, "<span class=\"dot\"></span>");
        rh_html_figure(out, s->events, 0);
        rh_buffer_text(out, " events");
    }
    if (s->status[0] && strcmp(s->status, "ok") != 0 && strcmp(s->status, "done") != 0) {
        rh_buffer_text(out, "<span class=\"dot\"></span><b class=\"status\">");
        rh_html_text(out, s->status);
        rh_buffer_text(out, "</b>");
    }
    rh_buffer_text(out, "</p>\n");
}

/* --- the answer in words ------------------------------------------------------------------- */

static void say_pnl(rh_page *page, int decimals)
{
    const rh_summary *s = &page->summary;
    rh_buffer *out = &page->out;
    if (isnan(s->pnl_total)) return;
    rh_buffer_text(out, s->pnl_total < 0 ? "The run lost <b>" : "The run made <b>");
    rh_page_money(page, fabs(s->pnl_total), decimals);
    rh_buffer_text(out, "</b>");
    const char *join = ": ";
    for (int i = 0; i < RH_PNL_CAUSES; i++) {
        if (isnan(s->pnl[i]) || s->pnl[i] == 0) continue;
        rh_buffer_printf(out, "%s%s&nbsp;", join, rh_pnl_names[i]);
        rh_html_figure(out, s->pnl[i], decimals);
        join = ", ";
    }
    if (!isnan(s->cost_total)) {
        rh_buffer_text(out, s->cost_total < 0 ? ", plus " : ", less ");
        rh_html_figure(out, fabs(s->cost_total), decimals);
        rh_buffer_text(out, s->cost_total < 0 ? " gained in trading" : " of trading costs");
    }
    rh_buffer_text(out, ". ");
}

/* Gamma against theta is the bet of a hedged book: how much spot moved against what was paid. */
static void say_why(rh_page *page, int decimals)
{
    double gamma = page->summary.attribution[RH_ATTRIBUTION_gamma];
    double theta = page->summary.attribution[RH_ATTRIBUTION_theta];
    rh_buffer *out = &page->out;
    if (!(gamma * theta < 0)) return;
    bool short_gamma = gamma < 0, moved_more = fabs(gamma) > fabs(theta);
    rh_buffer_text(out, "Why: moves of the market ");
    rh_buffer_text(out, short_gamma ? "cost <b>" : "earned <b>");
    rh_html_figure(out, fabs(gamma), decimals);
    rh_buffer_text(out, "</b> through gamma, and time ");
    rh_buffer_text(out, short_gamma ? "earned <b>" : "cost <b>");
    rh_html_figure(out, fabs(theta), decimals);
    rh_buffer_text(out, moved_more ? "</b> through theta: it moved more than the mark volatility "
                                     "allowed for. "
                                   : "</b> through theta: it moved less than the mark volatility "
                                     "allowed for. ");
}

/* Where the P&L stood at its worst and at its best, when that is not the end. */
static void say_extremes(rh_page *page, int decimals)
{
    rh_buffer *out = &page->out;
    const rh_bins *bins = &page->ledger.bins;
    rh_extent all = bins->row_count > 0 ? rh_bins_total(bins, RH_LEDGER_PNL_TOTAL) : (rh_extent){0};
    char worst[RH_TIME_TEXT], best[RH_TIME_TEXT];
    if (!all.any || !(all.max > all.min)) return;
    rh_moment_text(worst, all.min_ns, bins->last_ns - bins->from_ns);
    rh_moment_text(best, all.max_ns, bins->last_ns - bins->from_ns);
    rh_buffer_text(out, "On the way the P&amp;L was ");
    rh_html_figure(out, all.min, decimals);
    rh_buffer_printf(out, " at its worst (%s) and ", worst);
    rh_html_figure(out, all.max, decimals);
    rh_buffer_printf(out, " at its best (%s). ", best);
}

static void say_cost(rh_page *page)
{
    const rh_summary *s = &page->summary;
    rh_buffer *out = &page->out;
    double fills = s->hedging[RH_HEDGING_fills], turnover = s->hedging[RH_HEDGING_turnover];
    if (!(fills > 0) || !(turnover > 0) || isnan(s->cost_total)) return;
    int largest = 0;
    for (int i = 1; i < RH_COST_KINDS; i++)
        if (s->cost[i] > s->cost[largest]) largest = i;
    rh_html_figure(out, fills, 0);
    rh_buffer_text(out, fills == 1 ? " fill" : " fills");
    rh_buffer_text(out, " turned over ");
    rh_page_money(page, turnover, rh_figure_decimals(turnover));
    rh_buffer_text(out, " at ");
    rh_page_short(page, 1e4 * s->cost_total / turnover, 3);
    rh_buffer_text(out, "&nbsp;bps");
    if (s->cost_total > 0 && s->cost[largest] > 0) {
        rh_buffer_printf(out, ", mostly %s (", rh_cost_names[largest]);
        rh_page_short(page, 100 * s->cost[largest] / s->cost_total, 2);
        rh_buffer_text(out, "%)");
    }
    rh_buffer_text(out, ". ");
}

/* The time of the worst delta is said only where the ledger has seen just that value. */
static void say_delta(rh_page *page)
{
    rh_buffer *out = &page->out;
    double rms = page->summary.hedging[RH_HEDGING_rms_delta];
    double worst = page->summary.hedging[RH_HEDGING_max_abs_delta];
    if (isnan(rms)) return;
    rh_buffer_text(out, "Net delta was <b>");
    rh_page_short(page, rms, 4);
    if (page->ledger.assets == 1) {
        rh_buffer_text(out, "&nbsp;");
        rh_html_text(out, page->ledger.names[0]);
    }
    rh_buffer_text(out, "</b> rms");
    if (!isnan(worst)) {
        rh_buffer_text(out, " and ");
        rh_page_short(page, worst, 4);
        rh_buffer_text(out, " at its worst");
        rh_extent seen = {0};
        if (page->ledger.assets == 1)
            seen = rh_bins_total(&page->ledger.bins, rh_ledger_of_asset(0, RH_ASSET_DELTA));
        double largest = fmax(fabs(seen.min), fabs(seen.max));
        if (seen.any && fabs(largest - worst) <= 1e-9 * worst) {
            char moment[RH_TIME_TEXT];
            int64_t span = page->ledger.bins.last_ns - page->ledger.bins.from_ns;
            rh_moment_text(moment, largest == -seen.min ? seen.min_ns : seen.max_ns, span);
            rh_buffer_printf(out, " (%s)", moment);
        }
    }
    rh_buffer_text(out, ". ");
}

static void say_journal(rh_page *page)
{
    bool any = false;
    for (int kind = 0; kind < RH_MARK_KINDS; kind++) {
        uint64_t count = page->marks.counts[kind];
        if (count == 0 || kind == RH_MARK_SETTLEMENT || kind == RH_MARK_CLIENT) continue;
        rh_buffer_text(&page->out, any ? ", " : "The journal has ");
        rh_html_figure(&page->out, (double)count, 0);
        rh_buffer_printf(&page->out, "&nbsp;%s%s", rh_mark_words[kind], count == 1 ? "" : "s");
        any = true;
    }
    if (any) rh_buffer_text(&page->out, ". ");
}

/* --- key figures --------------------------------------------------------------------------- */

static void tiles(rh_page *page, int decimals)
{
    const rh_summary *s = &page->summary;
    rh_buffer unit = {0};
    double turnover = s->hedging[RH_HEDGING_turnover], rms = s->hedging[RH_HEDGING_rms_delta];
    rh_page_tiles(page);
    rh_html_text(&unit, s->numeraire);
    rh_page_tile(page, "P&amp;L", s->pnl_total, decimals, unit.bytes ? unit.bytes : "");
    rh_buffer_clear(&unit);
    if (turnover > 0 && !isnan(s->cost_total)) {
        char bps[RH_FIGURE_TEXT];
        rh_figure_short(bps, 1e4 * s->cost_total / turnover, 3);
        rh_buffer_printf(&unit, "%s bps of turnover", bps);
    }
    rh_page_tile(page, "Trading cost", s->cost_total, decimals, unit.length ? unit.bytes : "");
    rh_buffer_clear(&unit);
    if (page->ledger.assets == 1) rh_html_text(&unit, page->ledger.names[0]);
    rh_buffer_text(&unit, page->ledger.assets == 1 ? " rms net delta" : "rms net delta");
    rh_page_tile(page, "Hedging error", rms, rh_figure_decimals(rms), unit.bytes);
    rh_buffer_clear(&unit);
    rh_buffer_text(&unit, "fills of ");
    rh_html_figure(&unit, s->hedging[RH_HEDGING_orders], 0);
    rh_buffer_text(&unit, " orders");
    rh_page_tile(page, "Hedges", s->hedging[RH_HEDGING_fills], 0, unit.bytes);
    rh_buffer_clear(&unit);
    rh_buffer_text(&unit, "attribution residual");
    if (!isnan(s->residual_share)) {
        char share[RH_FIGURE_TEXT];
        rh_figure_short(share, 100 * s->residual_share, 2);
        rh_buffer_printf(&unit, ", %s%% of gamma", share);
    }
    rh_page_tile(page, "Unexplained", s->attribution[RH_ATTRIBUTION_residual], decimals,
                 unit.bytes);
    rh_buffer_text(&page->out, "</div>\n");
    page->out.failed = page->out.failed || unit.failed;
    rh_buffer_free(&unit);
}

void rh_page_headline(rh_page *page)
{
    int decimals = rh_page_decimals(page);
    rh_buffer *out = &page->out;
    title(page);
    rh_buffer_text(out, "<p class=\"lede\">");
    rh_page_book(page);
    say_pnl(page, decimals);
    say_why(page, decimals);
    rh_buffer_text(out, "</p>\n<p class=\"lede\">");
    say_cost(page);
    say_delta(page);
    say_extremes(page, decimals);
    say_journal(page);
    rh_buffer_text(out, "</p>\n");
    tiles(page, decimals);
    if (page->summary.digest[0]) {
        rh_buffer_text(out, "<p class=\"digest\">digest <code>");
        rh_html_text(out, page->summary.digest);
        rh_buffer_text(out, "</code></p>\n");
    }
    rh_page_notes(page);
    rh_buffer_text(out, "</header>\n");
}

void rh_page_run(rh_page *page)
{
    rh_page_open(page, page->summary.name);
    rh_page_headline(page);
    rh_page_tables(page);
    rh_page_figures(page);
    rh_page_events(page);
    rh_page_provenance(page);
    rh_page_close(page);
}
