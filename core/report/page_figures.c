/* The curves of report.html: spot with hedges, net delta, P&L by cause, attribution, costs. Each
 * figure carries its numbers as a collapsed table, one row per group of bins; the crosshair script
 * reads that table, so that a picture never knows more than its numbers say.
 * A curve that is zero throughout is not drawn but named. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/chart.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

typedef struct figure {
    rh_page *page;
    rh_chart chart;
    const char *heading, *about;        /* constant HTML */
    const char *unit;                   /* escaped here */
    bool extremes;                      /* the table has least and greatest of the first curve */
    const char *zeros[RH_CURVES_MAX];   /* names of the curves left out */
    int zero_count;
    int decimals;
} figure;

static figure begin(rh_page *page, const char *heading, const char *unit, int height)
{
    figure f = {.page = page, .heading = heading, .unit = unit, .about = ""};
    f.chart.title = heading;
    f.chart.from_ns = page->ledger.bins.from_ns;
    f.chart.to_ns = page->ledger.bins.last_ns;
    f.chart.height = height;
    f.chart.marks = &page->marks;
    return f;
}

static void add(figure *f, const char *name, const char *style, const rh_bins *bins, int column,
                double sign)
{
    rh_extent all = rh_bins_total(bins, column);
    if (!all.any || f->chart.curve_count == RH_CURVES_MAX) return;
    if (f->chart.zero && all.min == 0 && all.max == 0) {
        if (f->zero_count < RH_CURVES_MAX) f->zeros[f->zero_count++] = name;
        return;
    }
    f->chart.curves[f->chart.curve_count++] =
        (rh_curve){.name = name, .style = style, .bins = bins, .column = column, .sign = sign,
                   .steps = bins == &f->page->fills.costs};
}

/* --- numbers ------------------------------------------------------------------------------- */

static void number_cell(rh_buffer *out, bool known, double value, int decimals)
{
    rh_buffer_text(out, "<td>");
    if (known)
        rh_html_figure(out, value, decimals);
    else
        rh_buffer_text(out, "&ndash;");
}

static void number_head(const figure *f)
{
    rh_buffer *out = &f->page->out;
    rh_buffer_text(out, "<thead><tr><th>time, UTC");
    for (int i = 0; i < f->chart.curve_count; i++) {
        rh_buffer_text(out, "<th>");
        rh_html_text(out, f->chart.curves[i].name);
    }
    if (f->extremes) rh_buffer_text(out, "<th>least<th>greatest");
    if (f->chart.hedges) rh_buffer_text(out, "<th>bought<th>sold");
    rh_buffer_text(out, "<tbody>\n");
}

static void number_row(const figure *f, int begin_bin, int end_bin, int64_t time_ns,
                       double held[RH_CURVES_MAX])
{
    rh_buffer *out = &f->page->out;
    char moment[RH_TIME_TEXT];
    rh_moment_text(moment, time_ns, f->chart.to_ns - f->chart.from_ns);
    rh_buffer_printf(out, "<tr data-x=\"%.1f\"><td>%s", rh_chart_x(&f->chart, time_ns), moment);
    for (int i = 0; i < f->chart.curve_count; i++) {
        const rh_curve *curve = &f->chart.curves[i];
        rh_extent all = rh_bins_merge(curve->bins, begin_bin, end_bin, curve->column);
        if (all.any) held[i] = curve->sign * all.last;
        number_cell(out, all.any || curve->steps, held[i], f->decimals);
    }
    if (f->extremes) {
        const rh_curve *curve = &f->chart.curves[0];
        rh_extent all = rh_bins_merge(curve->bins, begin_bin, end_bin, curve->column);
        number_cell(out, all.any, all.min, f->decimals);
        number_cell(out, all.any, all.max, f->decimals);
    }
    if (f->chart.hedges) {
        int group = begin_bin / rh_bins_group(&f->page->ledger.bins);
        const rh_hedge_slot *slot = &f->chart.hedges[group];
        int decimals = rh_figure_decimals(fmax(slot->bought, slot->sold));
        number_cell(out, slot->bought > 0, slot->bought, decimals);
        number_cell(out, slot->sold > 0, slot->sold, decimals);
    }
    rh_buffer_text(out, "\n");
}

static void number_rows(const figure *f)
{
    const rh_bins *bins = &f->page->ledger.bins;
    double held[RH_CURVES_MAX] = {0};
    int group = rh_bins_group(bins);
    for (int begin_bin = 0; begin_bin < bins->used; begin_bin += group) {
        int end_bin = begin_bin + group < bins->used ? begin_bin + group : bins->used;
        uint64_t rows = 0;
        for (int bin = begin_bin; bin < end_bin; bin++) {
            rows += bins->rows[bin];
            if (f->page->fills.costs.row_count > 0) rows += f->page->fills.costs.rows[bin];
        }
        if (rows == 0) continue;
        rh_extent seen = {0};   /* the time of the last row, of whichever column has a value */
        for (int i = 0; i < bins->columns; i++) {
            rh_extent all = rh_bins_merge(bins, begin_bin, end_bin, i);
            if (all.any && (!seen.any || all.last_ns > seen.last_ns)) seen = all;
        }
        int64_t end_ns = bins->from_ns + end_bin * bins->width_ns - 1;
        int64_t time_ns = seen.any ? seen.last_ns : end_ns;
        number_row(f, begin_bin, end_bin, time_ns < bins->last_ns ? time_ns : bins->last_ns, held);
    }
}

/* Decimals that suit the largest drawn value. */
static int choose_decimals(const figure *f)
{
    double largest = 0;
    for (int i = 0; i < f->chart.curve_count; i++) {
        rh_extent all = rh_bins_total(f->chart.curves[i].bins, f->chart.curves[i].column);
        if (all.any) largest = fmax(largest, fmax(fabs(all.min), fabs(all.max)));
    }
    return rh_figure_decimals(largest);
}

static void finish(figure *f)
{
    rh_buffer *out = &f->page->out;
    if (f->chart.curve_count == 0) return;
    f->decimals = choose_decimals(f);
    rh_buffer_printf(out, "<figure>\n<figcaption><h2>%s <i>", f->heading);
    rh_html_text(out, f->unit);
    rh_buffer_printf(out, "</i></h2><span class=\"about\">%s", f->about);
    for (int i = 0; i < f->zero_count; i++) {
        rh_buffer_text(out, i == 0 ? " Zero throughout: " : ", ");
        rh_html_text(out, f->zeros[i]);
    }
    rh_buffer_text(out, f->zero_count > 0 ? ".</span>" : "</span>");
    rh_buffer_text(out, "</figcaption>\n<div class=\"scroll\">");
    rh_chart_svg(out, &f->chart);
    rh_buffer_text(out, "</div>\n<output></output>\n<details><summary>Numbers</summary>"
                        "<div class=\"scroll\"><table class=\"numbers\">");
    number_head(f);
    number_rows(f);
    rh_buffer_text(out, "</table></div></details>\n</figure>\n");
}

/* --- the figures --------------------------------------------------------------------------- */

static void spot_figure(rh_page *page, int asset)
{
    figure f = begin(page, "Spot and hedges", page->ledger.names[asset], 270);
    const rh_hedge_slot *slots = page->fills.slots + asset * RH_HEDGE_SLOTS;
    uint64_t trades = 0;
    for (int i = 0; i < RH_HEDGE_SLOTS; i++) trades += slots[i].buys + slots[i].sells;
    if (trades > 0) {
        f.chart.hedges = slots;
        f.about = "<span class=\"key buy\">&#9650;</span> bought, "
                  "<span class=\"key sell\">&#9660;</span> sold; the area grows with the quantity.";
    }
    add(&f, "spot", "c0", &page->ledger.bins, rh_ledger_spot(asset), 1);
    finish(&f);
}

static void delta_figure(rh_page *page, int asset)
{
    figure f = begin(page, "Net delta", page->ledger.names[asset], 210);
    f.chart.zero = true;
    f.extremes = true;
    f.about = "Options and hedges together, at the mark volatility.";
    const rh_bins *bins = &page->ledger.bins;
    int column = rh_ledger_delta(asset);
    rh_extent all = rh_bins_total(bins, column);
    if (!all.any) return;
    f.chart.curves[f.chart.curve_count++] =
        (rh_curve){.name = "delta", .style = "c1", .bins = bins, .column = column, .sign = 1};
    f.chart.cut = true;
    if (rh_chart_is_cut(&f.chart))
        f.about = "Options and hedges together, at the mark volatility. The axis is cut: rare "
                  "extremes lie beyond it, see the numbers.";
    finish(&f);
}

static void pnl_figure(rh_page *page)
{
    figure f = begin(page, "Cumulative P&amp;L by cause", page->summary.numeraire, 270);
    const rh_bins *bins = &page->ledger.bins;
    f.chart.title = "Cumulative P&L by cause";
    f.chart.zero = true;
    add(&f, "total", "c0", bins, RH_LEDGER_PNL_TOTAL, 1);
    add(&f, "options", "c1", bins, RH_LEDGER_PNL_OPTIONS, 1);
    add(&f, "hedges", "c2", bins, RH_LEDGER_PNL_HEDGES, 1);
    add(&f, "carry", "c3", bins, RH_LEDGER_PNL_CARRY, 1);
    add(&f, "entry", "c4", bins, RH_LEDGER_PNL_ENTRY, 1);
    add(&f, "costs", "c5", bins, RH_LEDGER_COST_TOTAL, -1);
    finish(&f);
}

static void attribution_figure(rh_page *page)
{
    static const char *const styles[] = {"c6", "c1", "c2", "c7", "c3", "c4", "c8", "c5", "c9"};
    figure f = begin(page, "Attribution of P&amp;L", page->summary.numeraire, 300);
    f.chart.title = "Attribution of P&L";
    f.chart.zero = true;
    const rh_bins *bins = &page->ledger.bins;
    add(&f, "total", "c0", bins, RH_LEDGER_PNL_TOTAL, 1);
    for (int i = 0; i < RH_ATTRIBUTIONS; i++)
        add(&f, rh_attribution_names[i], styles[i], bins, RH_LEDGER_DELTA + i, 1);
    finish(&f);
}

/* Kinds are drawn only if what the fills say adds up to what the summary says: fills of another
 * currency than the numeraire would not. */
static bool kinds_agree(const rh_page *page)
{
    if (page->fills.count == 0) return false;
    for (int i = 0; i < RH_COST_KINDS; i++) {
        rh_extent all = rh_bins_total(&page->fills.costs, i);
        double summed = all.any ? all.last : 0, said = page->summary.cost[i];
        double scale = fabs(page->summary.cost_total) + fabs(said);
        if (!(fabs(summed - said) <= 1e-6 * scale)) return false;
    }
    return true;
}

static void cost_figure(rh_page *page)
{
    static const char *const styles[] = {"c1", "c6", "c4", "c2", "c3", "c7", "c8"};
    figure f = begin(page, "Cumulative cost by kind", page->summary.numeraire, 230);
    f.chart.zero = true;
    f.about = "Positive is lost.";
    add(&f, "total", "c0", &page->ledger.bins, RH_LEDGER_COST_TOTAL, 1);
    for (int i = 0; i < f.chart.curve_count; i++) f.chart.curves[i].steps = true;
    if (kinds_agree(page))
        for (int i = 0; i < RH_COST_KINDS; i++)
            add(&f, rh_cost_names[i], styles[i], &page->fills.costs, i, 1);
    else if (page->fills.count > 0)
        f.about = "Positive is lost. The fills' costs by kind are not all in the numeraire, so "
                  "only the total is drawn.";
    finish(&f);
}

/* What the scripts recorded: each on its own axis, in whatever unit its author means. */
static void series_figure(rh_page *page, int series)
{
    const char *name = page->ledger.series_names[series];
    figure f = begin(page, "Recorded", name, 180);
    f.about = "By the policy, with <code>rehedge.record</code>.";
    f.chart.title = "Recorded by the policy";
    add(&f, name, "c1", &page->ledger.bins, rh_ledger_series(&page->ledger, series), 1);
    finish(&f);
}

static void mark_key(rh_page *page)
{
    static const char *const styles[] = {
        [RH_MARK_SWAP] = "swap", [RH_MARK_REFUSED] = "kill", [RH_MARK_SET] = "swap",
        [RH_MARK_KILL] = "kill", [RH_MARK_FAILOVER] = "kill",
        [RH_MARK_GUARD] = "guard", [RH_MARK_SETTLEMENT] = "settlement",
        [RH_MARK_CLIENT] = "client"};
    rh_buffer *out = &page->out;
    for (int kind = 0; kind < RH_MARK_KINDS; kind++) {
        uint64_t count = page->marks.counts[kind];
        if (count == 0) continue;
        rh_buffer_printf(out, "<span class=\"event\"><svg viewBox=\"0 0 8 16\" "
                         "aria-hidden=\"true\"><path class=\"mark m-%s\" d=\"M4 0V16\"/></svg>",
                         styles[kind]);
        rh_html_figure(out, (double)count, 0);
        rh_buffer_printf(out, "&nbsp;%s%s</span>\n", rh_mark_words[kind], count == 1 ? "" : "s");
    }
}

void rh_page_figures(rh_page *page)
{
    rh_buffer *out = &page->out;
    if (page->ledger.bins.row_count == 0) {
        rh_buffer_text(out, "<p class=\"note\">The ledger has no rows: there is nothing to "
                            "draw.</p>\n");
        return;
    }
    rh_buffer_text(out, "<p class=\"keys\">");
    rh_buffer_text(out, "<span class=\"event\">Curves show the extremes of ");
    rh_html_figure(out, (double)page->ledger.bins.row_count, 0);
    rh_buffer_text(out, page->ledger.bins.row_count == 1 ? " ledger row" : " ledger rows");
    rh_buffer_text(out, "</span>\n");
    mark_key(page);
    rh_buffer_text(out, "</p>\n");
    for (int i = 0; i < page->ledger.assets; i++) {
        spot_figure(page, i);
        delta_figure(page, i);
    }
    pnl_figure(page);
    attribution_figure(page);
    cost_figure(page);
    for (int i = 0; i < page->ledger.series; i++) series_figure(page, i);
}
