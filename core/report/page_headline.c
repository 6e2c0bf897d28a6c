/* The top of report.html: what ran, the answer in words, the key figures. Every sentence is left
 * out when the run did not record its numbers; nothing is guessed. */
#include <math.h>
#include <string.h>

#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

int rh_page_decimals(const rh_page *page)
{
    double largest = fmax(fabs(page->summary.pnl_total), fabs(page->summary.cost_total));
    for (int i = 0; i < RH_PNL_CAUSES; i++) largest = fmax(largest, fabs(page->summary.pnl[i]));
    return rh_figure_decimals(largest);
}

void rh_page_money(rh_page *page, double value, int decimals)
{
    rh_html_figure(&page->out, value, decimals);
    if (page->summary.numeraire[0] == '\0' || isnan(value)) return;
    rh_buffer_text(&page->out, "&nbsp;");
    rh_html_text(&page->out, page->summary.numeraire);
}

static void short_figure(rh_buffer *out, double value, int digits)
{
    char text[RH_FIGURE_TEXT];
    rh_figure_short(text, value, digits);
    if (text[0] == '-') rh_buffer_text(out, "&minus;");
    rh_buffer_text(out, text[0] == '-' ? text + 1 : text);
}

static void title(rh_page *page)
{
    const rh_summary *s = &page->summary;
    rh_buffer *out = &page->out;
    char from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    rh_buffer_text(out, "<header>\n<h1><bdi>");
    rh_html_text(out, s->name[0] ? s->name : "Unnamed scenario");
    rh_buffer_text(out, "</bdi></h1>\n<p class=\"sub\">policy <b><bdi>");
    rh_html_text(out, s->policy[0] ? s->policy : "unknown");
    rh_buffer_text(out, "</bdi></b> ");
    rh_html_text(out, s->policy_version);
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
    short_figure(out, 1e4 * s->cost_total / turnover, 3);
    rh_buffer_text(out, "&nbsp;bps");
    if (s->cost_total > 0 && s->cost[largest] > 0) {
        rh_buffer_printf(out, ", mostly %s (", rh_cost_names[largest]);
        short_figure(out, 100 * s->cost[largest] / s->cost_total, 2);
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
    short_figure(out, rms, 4);
    if (page->ledger.assets == 1) {
        rh_buffer_text(out, "&nbsp;");
        rh_html_text(out, page->ledger.names[0]);
    }
    rh_buffer_text(out, "</b> rms");
    if (!isnan(worst)) {
        rh_buffer_text(out, " and ");
        short_figure(out, worst, 4);
        rh_buffer_text(out, " at its worst");
        rh_extent seen = {0};
        if (page->ledger.assets == 1)
            seen = rh_bins_total(&page->ledger.bins, rh_ledger_delta(0));
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

static void open_tile(rh_buffer *out, const char *name)
{
    rh_buffer_printf(out, "<div class=\"tile\"><span>%s</span><b>", name);
}

static void close_tile(rh_buffer *out)
{
    rh_buffer_text(out, "</small></div>\n");
}

static void tiles(rh_page *page, int decimals)
{
    const rh_summary *s = &page->summary;
    rh_buffer *out = &page->out;
    double fills = s->hedging[RH_HEDGING_fills], turnover = s->hedging[RH_HEDGING_turnover];
    double residual = s->attribution[RH_ATTRIBUTION_residual];
    rh_buffer_text(out, "<div class=\"tiles\">\n");
    open_tile(out, "P&amp;L");
    rh_html_figure(out, s->pnl_total, decimals);
    rh_buffer_text(out, "</b><small>");
    rh_html_text(out, s->numeraire);
    close_tile(out);
    open_tile(out, "Trading cost");
    rh_html_figure(out, s->cost_total, decimals);
    rh_buffer_text(out, "</b><small>");
    if (turnover > 0 && !isnan(s->cost_total)) {
        short_figure(out, 1e4 * s->cost_total / turnover, 3);
        rh_buffer_text(out, " bps of turnover");
    }
    close_tile(out);
    open_tile(out, "Hedging error");
    short_figure(out, s->hedging[RH_HEDGING_rms_delta], 4);
    rh_buffer_text(out, "</b><small>");
    if (page->ledger.assets == 1) rh_html_text(out, page->ledger.names[0]);
    rh_buffer_text(out, page->ledger.assets == 1 ? " rms net delta" : "rms net delta");
    close_tile(out);
    open_tile(out, "Hedges");
    rh_html_figure(out, fills, 0);
    rh_buffer_text(out, "</b><small>fills of ");
    rh_html_figure(out, s->hedging[RH_HEDGING_orders], 0);
    rh_buffer_text(out, " orders");
    close_tile(out);
    open_tile(out, "Unexplained");
    rh_html_figure(out, residual, decimals);
    rh_buffer_text(out, "</b><small>attribution residual");
    if (!isnan(s->residual_share)) {
        rh_buffer_text(out, ", ");
        short_figure(out, 100 * s->residual_share, 2);
        rh_buffer_text(out, "% of gamma");
    }
    close_tile(out);
    rh_buffer_text(out, "</div>\n");
}

static void notes(rh_page *page)
{
    const char *note;
    if (page->summary.failure[0]) {
        rh_buffer_text(&page->out, "<p class=\"note status\">The policy was killed: <bdi>");
        rh_html_text(&page->out, page->summary.failure);
        rh_buffer_text(&page->out, "</bdi></p>\n");
    }
    for (size_t i = 0; i < 32 && (note = rh_summary_note(&page->summary, i)); i++) {
        rh_buffer_text(&page->out, "<p class=\"note\">Note: <bdi>");
        rh_html_text(&page->out, note);
        rh_buffer_text(&page->out, "</bdi></p>\n");
    }
}

void rh_page_headline(rh_page *page)
{
    int decimals = rh_page_decimals(page);
    title(page);
    rh_buffer_text(&page->out, "<p class=\"lede\">");
    say_pnl(page, decimals);
    say_cost(page);
    say_delta(page);
    say_journal(page);
    rh_buffer_text(&page->out, "</p>\n");
    tiles(page, decimals);
    if (page->summary.digest[0]) {
        rh_buffer_text(&page->out, "<p class=\"digest\">digest <code>");
        rh_html_text(&page->out, page->summary.digest);
        rh_buffer_text(&page->out, "</code></p>\n");
    }
    notes(page);
    rh_buffer_text(&page->out, "</header>\n");
}
