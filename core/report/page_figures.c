/* The curves of report.html, of one run: spot with hedges, net delta, its band and distribution,
 * P&L by cause and by greek, costs, greeks through time, recorded series. Decides what is drawn and
 * what is said about it, not how. A curve that is zero throughout is not drawn but named. */
#include <math.h>
#include <stdio.h>

#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

static void spot_figure(rh_page *page, int asset)
{
    rh_time_figure f = {.draw = "lines", .heading = "Spot and hedges", .about = "", .height = 280,
                        .unit = page->ledger.names[asset]};
    const rh_hedge_slot *slots = page->fills.slots + asset * RH_HEDGE_SLOTS;
    uint64_t trades = 0;
    for (int i = 0; i < RH_HEDGE_SLOTS; i++) trades += slots[i].buys + slots[i].sells;
    if (trades > 0) {
        f.hedges = slots;
        f.about = "<span class=\"key buy\">&#9650;</span> bought, "
                  "<span class=\"key sell\">&#9660;</span> sold; the area grows with the quantity.";
    }
    rh_time_curve(&f, "spot", "c0", &page->ledger.bins, rh_ledger_of_asset(asset, RH_ASSET_SPOT),
                  RH_SAMPLE_EXTREMES, 1);
    rh_time_figure_put(page, &f);
}

/* One moment far out, such as the gap of a settlement, would flatten days of hedging: where all but
 * a hundredth of the rows need less than two fifths of the axis, it shows twice what these need. */
static bool cut_axis(rh_time_figure *f, const rh_histogram *seen, const rh_bins *bins)
{
    double low = rh_histogram_quantile(seen, 0.005), high = rh_histogram_quantile(seen, 0.995);
    for (int i = 1; i < f->curve_count; i++) {
        rh_extent all = rh_bins_total(bins, f->curves[i].of.column);
        low = fmin(low, all.min);
        high = fmax(high, all.max);
    }
    low = fmin(low, 0);
    high = fmax(high, 0);
    double margin = 0.5 * (high - low);
    f->low = fmax(low - margin, seen->min);
    f->high = fmin(high + margin, seen->max);
    f->cut = seen->max - seen->min > 2.5 * (high - low) && high > low;
    f->low -= 0.05 * margin;
    f->high += 0.05 * margin;
    return f->cut;
}

static void delta_figure(rh_page *page, int asset)
{
    char about[200];
    rh_time_figure f = {.draw = "lines", .heading = "Net delta", .height = 240, .extremes = true,
                        .unit = page->ledger.names[asset], .about = about};
    const rh_bins *bins = &page->ledger.bins;
    rh_time_curve(&f, "delta", "c1", bins, rh_ledger_of_asset(asset, RH_ASSET_DELTA),
                  RH_SAMPLE_EXTREMES, 1);
    if (f.curve_count > 0 && page->ledger.assets == 1) {
        rh_time_curve(&f, "band, low", "c3", bins, RH_LEDGER_BAND_LO, RH_SAMPLE_ENDS, 1);
        rh_time_curve(&f, "band, high", "c3", bins, RH_LEDGER_BAND_HI, RH_SAMPLE_ENDS, 1);
    }
    bool band = f.curve_count == 3;
    if (band) f.curves[1].dash = f.curves[2].dash = true;
    f.band = band ? 1 : 0;
    bool cut = f.curve_count > 0 && cut_axis(&f, &page->ledger.deltas[asset], bins);
    snprintf(about, sizeof about, "Options and hedges together%s.%s",
             band ? "; shaded, the band in which the policy does not trade" : "",
             cut ? " The axis is cut: rare extremes lie beyond it, see the numbers." : "");
    f.zero = true;
    rh_time_figure_put(page, &f);
}

static void pnl_figure(rh_page *page)
{
    rh_time_figure f = {.draw = "stack", .heading = "Cumulative P&amp;L by cause", .height = 320,
                        .unit = page->summary.numeraire, .zero = true,
                        .about = "Gains pile up above zero, losses below; the line is their sum."};
    const rh_bins *bins = &page->ledger.bins;
    rh_time_curve(&f, "options", "c1", bins, RH_LEDGER_PNL_OPTIONS, RH_SAMPLE_ENDS, 1);
    rh_time_curve(&f, "hedges", "c2", bins, RH_LEDGER_PNL_HEDGES, RH_SAMPLE_ENDS, 1);
    rh_time_curve(&f, "carry", "c3", bins, RH_LEDGER_PNL_CARRY, RH_SAMPLE_ENDS, 1);
    rh_time_curve(&f, "entry", "c4", bins, RH_LEDGER_PNL_ENTRY, RH_SAMPLE_ENDS, 1);
    rh_time_curve(&f, "costs", "c5", bins, RH_LEDGER_COST_TOTAL, RH_SAMPLE_ENDS, -1);
    rh_time_curve(&f, "total", "c0", bins, RH_LEDGER_PNL_TOTAL, RH_SAMPLE_EXTREMES, 1);
    if (f.curve_count > 0) f.curves[f.curve_count - 1].over = true;
    rh_time_figure_put(page, &f);
}

static void attribution_figure(rh_page *page)
{
    static const char *const colours[] = {"c6", "c1", "c2", "c7", "c3", "c4", "c8", "c5", "c9"};
    rh_time_figure f = {.draw = "lines", .heading = "Cumulative P&amp;L by greek", .height = 300,
                        .unit = page->summary.numeraire, .zero = true,
                        .about = "What each sensitivity, at the start of each interval, explains."};
    const rh_bins *bins = &page->ledger.bins;
    rh_time_curve(&f, "total", "c0", bins, RH_LEDGER_PNL_TOTAL, RH_SAMPLE_EXTREMES, 1);
    for (int i = 0; i < RH_ATTRIBUTIONS; i++)
        rh_time_curve(&f, rh_attribution_names[i], colours[i], bins, RH_LEDGER_DELTA + i,
                      RH_SAMPLE_EXTREMES, 1);
    rh_time_figure_put(page, &f);
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
    static const char *const colours[] = {"c1", "c6", "c4", "c2", "c3", "c7", "c8"};
    rh_time_figure f = {.draw = "lines", .heading = "Cumulative cost by kind", .height = 240,
                        .unit = page->summary.numeraire, .zero = true,
                        .about = "Positive is lost."};
    rh_time_curve(&f, "total", "c0", &page->ledger.bins, RH_LEDGER_COST_TOTAL, RH_SAMPLE_ENDS, 1);
    if (kinds_agree(page)) {
        f.draw = "stack";
        for (int i = 0; i < RH_COST_KINDS; i++)
            rh_time_curve(&f, rh_cost_names[i], colours[i], &page->fills.costs, i, RH_SAMPLE_HELD,
                          1);
        f.curves[0].over = true;
    } else if (page->fills.count > 0) {
        f.about = "Positive is lost. The fills' costs by kind are not all in the numeraire, so "
                  "only the total is drawn.";
    }
    rh_time_figure_put(page, &f);
}

static void greek_figure(rh_page *page, int asset, rh_asset_column which, const char *heading,
                         const char *name, const char *about, double scale)
{
    char unit[2 * RH_NAME_MAX + 8];
    rh_time_figure f = {.draw = "lines", .heading = heading, .height = 190, .unit = unit,
                        .zero = true, .about = about};
    snprintf(unit, sizeof unit, page->ledger.assets > 1 ? "%s, %s" : "%s", page->summary.numeraire,
             page->ledger.names[asset]);
    rh_time_curve(&f, name, "c1", &page->ledger.bins, rh_ledger_of_asset(asset, which),
                  RH_SAMPLE_EXTREMES, scale);
    rh_time_figure_put(page, &f);
}

/* What the scripts recorded: each on its own axis, in whatever unit its author means. */
static void series_figure(rh_page *page, int series)
{
    const char *name = page->ledger.series_names[series];
    rh_time_figure f = {.draw = "lines", .heading = "Recorded", .height = 190, .unit = name,
                        .about = "By the policy, with <code>rehedge.record</code>."};
    rh_time_curve(&f, name, "c1", &page->ledger.bins, rh_ledger_series(&page->ledger, series),
                  RH_SAMPLE_EXTREMES, 1);
    rh_time_figure_put(page, &f);
}

/* --- distributions ------------------------------------------------------------------------- */

enum { BARS = 61 };

static void distribution(rh_page *page, const rh_histogram *histogram, const char *heading,
                         const char *unit, const char *about)
{
    static const char *const names[] = {"5%", "median", "mean", "95%"};
    double values[BARS * 4], from = rh_histogram_quantile(histogram, 0.005);
    double to = rh_histogram_quantile(histogram, 0.995);
    uint64_t counts[BARS];
    if (histogram->count < 2 || !(to > from) || histogram->width == 0) return;
    double mean = histogram->sum / (double)histogram->count;
    double rules[] = {rh_histogram_quantile(histogram, 0.05),
                      rh_histogram_quantile(histogram, 0.5), mean,
                      rh_histogram_quantile(histogram, 0.95)};
    rh_histogram_bars(histogram, &from, &to, BARS, counts);
    for (int bar = 0; bar < BARS; bar++) {
        double *row = values + 4 * bar;
        row[0] = from + (to - from) * bar / BARS;
        row[1] = from + (to - from) * (bar + 1) / BARS;
        row[2] = (double)counts[bar];
        row[3] = 100 * row[2] / (double)histogram->count;
    }
    rh_frame_put(page, &(rh_frame){
        .draw = "histogram", .heading = heading, .about = about, .unit = unit, .x = unit,
        .y = "% of ledger rows", .height = 260, .rows = BARS, .columns = 4, .values = values,
        .keys = {"from", "to", "rows", "share"}, .heads = {"from", "to", "ledger rows", "share, %"},
        .rules = 4, .rule_names = names, .rule_values = rules});
}

static void asset_figures(rh_page *page, int asset)
{
    spot_figure(page, asset);
    delta_figure(page, asset);
}

static void asset_greeks(rh_page *page, int asset)
{
    distribution(page, &page->ledger.deltas[asset], "Distribution of net delta",
                 page->ledger.names[asset],
                 "The hedging error: how far from flat the book was, at the ledger's rows. The "
                 "outer bars hold what lies beyond them.");
    greek_figure(page, asset, RH_ASSET_GAMMA, "Gamma", "gamma",
                 "Change of delta per 1.00 of spot, of everything held.", 1);
    greek_figure(page, asset, RH_ASSET_VEGA, "Vega", "vega",
                 "Per one point (0.01) of mark volatility.", 0.01);
    greek_figure(page, asset, RH_ASSET_THETA, "Theta", "theta", "Per day.", 1.0 / 365);
}

/* --- all of them --------------------------------------------------------------------------- */

static void mark_key(rh_page *page)
{
    rh_buffer *out = &page->out;
    for (int kind = 0; kind < RH_MARK_KINDS; kind++) {
        uint64_t count = page->marks.counts[kind];
        if (count == 0) continue;
        rh_buffer_printf(out, "<span class=\"event\"><svg viewBox=\"0 0 8 16\" "
                         "aria-hidden=\"true\"><path class=\"mark m-%s\" d=\"M4 0V16\"/></svg>",
                         rh_mark_keys[kind]);
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
    rh_buffer_text(out, "<p class=\"keys\"><span class=\"event\">");
    rh_html_figure(out, (double)page->ledger.bins.row_count, 0);
    rh_buffer_text(out, page->ledger.bins.row_count == 1 ? " ledger row" : " ledger rows");
    rh_buffer_text(out, ", drawn by their extremes.</span> <span class=\"event hint\">Drag over a "
                        "picture to zoom, a double click shows all; a name switches its curve."
                        "</span>\n");
    mark_key(page);
    rh_buffer_text(out, "</p>\n");
    for (int i = 0; i < page->ledger.assets; i++) asset_figures(page, i);
    pnl_figure(page);
    attribution_figure(page);
    cost_figure(page);
    distribution(page, &page->ledger.steps, "Distribution of P&amp;L per ledger row",
                 page->summary.numeraire, "How much one row differs from the one before, costs "
                 "included. The outer bars hold what lies beyond them.");
    for (int i = 0; i < page->ledger.assets; i++) asset_greeks(page, i);
    for (int i = 0; i < page->ledger.series; i++) series_figure(page, i);
}
