/* One figure as inline SVG. Draws what it is given: no statistics, no colours, no time arithmetic
 * beyond the axis. Coordinates are tenths of a unit, written as relative steps to keep pages small.
 * Invariant: every coordinate is finite, whatever the data. */
#include "report/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/axis.h"
#include "report/markup.h"
#include "report/number.h"

enum { TOP = 12, BOTTOM = 40, LABEL_GAP = 15 };

typedef struct canvas {
    const rh_chart *chart;
    rh_buffer *out;
    rh_axis axis;
    double top, bottom, left, right;
} canvas;

double rh_chart_x(const rh_chart *chart, int64_t time_ns)
{
    double width = RH_CHART_WIDTH - RH_CHART_LEFT - RH_CHART_RIGHT;
    double span = (double)(chart->to_ns - chart->from_ns);
    double at = span > 0 ? (double)(time_ns - chart->from_ns) / span : 0.5;
    return RH_CHART_LEFT + width * (at < 0 ? 0 : at > 1 ? 1 : at);
}

static double y_of(const canvas *c, double value)
{
    double share = (value - c->axis.low) / (c->axis.high - c->axis.low);
    share = share < 0 ? 0 : share > 1 ? 1 : share;      /* of a cut axis */
    return c->bottom - share * (c->bottom - c->top);
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Half as much again as what 98 in 100 bins of the first curve stay within, if the whole is more
 * than twice that: one spike at a settlement must not flatten days of hedging. */
static bool cut_range(const rh_chart *chart, double *low, double *high)
{
    double ends[2 * RH_BINS_MAX];
    size_t count = 0;
    const rh_curve *curve = &chart->curves[0];
    for (int bin = 0; chart->curve_count > 0 && bin < curve->bins->used; bin++) {
        const rh_extent *cell = rh_bins_cell(curve->bins, bin, curve->column);
        if (!cell->any) continue;
        ends[count++] = curve->sign * cell->min;
        ends[count++] = curve->sign * cell->max;
    }
    if (!chart->cut || count < 200) return false;
    qsort(ends, count, sizeof *ends, by_value);
    double below = fmin(0, ends[count / 100]), above = fmax(0, ends[count - 1 - count / 100]);
    double margin = 0.25 * (above - below);
    bool cut = *high - *low > 2 * (above - below + 2 * margin) && above > below;
    if (cut) *low = fmax(*low, below - margin);
    if (cut) *high = fmin(*high, above + margin);
    return cut;
}

/* What the curves span, and zero where the axis contains it. */
static void full_range(const rh_chart *chart, double *low, double *high)
{
    *low = HUGE_VAL;
    *high = -HUGE_VAL;
    for (int i = 0; i < chart->curve_count; i++) {
        const rh_curve *curve = &chart->curves[i];
        rh_extent all = rh_bins_total(curve->bins, curve->column);
        if (!all.any) continue;
        *low = fmin(*low, fmin(curve->sign * all.min, curve->sign * all.max));
        *high = fmax(*high, fmax(curve->sign * all.min, curve->sign * all.max));
    }
    if (chart->zero) {
        *low = fmin(*low, 0);
        *high = fmax(*high, 0);
    }
}

bool rh_chart_is_cut(const rh_chart *chart)
{
    double low, high;
    full_range(chart, &low, &high);
    return cut_range(chart, &low, &high);
}

static void choose_axis(canvas *c)
{
    double low, high;
    full_range(c->chart, &low, &high);
    (void)cut_range(c->chart, &low, &high);
    rh_axis_values(&c->axis, low, high, c->chart->height >= 220 ? 6 : 4);
}

/* Tick labels are made here from digits only; a leading '-' becomes a true minus. */
static void number_text(rh_buffer *out, const char *text)
{
    if (text[0] == '-') rh_buffer_text(out, "&#8722;");
    rh_buffer_text(out, text[0] == '-' ? text + 1 : text);
}

static void draw_values(const canvas *c)
{
    for (int i = 0; i < c->axis.count; i++) {
        double y = y_of(c, c->axis.at[i]);
        bool zero = c->axis.at[i] == 0;
        rh_buffer_printf(c->out, "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/>",
                         zero ? "zero" : "grid", c->left, y, c->right);
        rh_buffer_printf(c->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" "
                         "text-anchor=\"end\">", c->left - 8, y + 4);
        number_text(c->out, c->axis.text[i]);
        rh_buffer_text(c->out, "</text>");
    }
}

static void draw_times(const canvas *c)
{
    rh_time_axis times;
    rh_axis_times(&times, c->chart->from_ns, c->chart->to_ns, 16);
    rh_buffer_printf(c->out, "<path class=\"frame\" d=\"M%.1f %.1fH%.1f\"/>", c->left, c->bottom,
                     c->right);
    for (int i = 0; i < times.count; i++) {
        double x = rh_chart_x(c->chart, times.at[i]);
        rh_buffer_printf(c->out, "<path class=\"%s\" d=\"M%.1f %.1fV%.1f\"/>",
                         times.context[i][0] ? "day" : "grid", x, c->top, c->bottom + 4);
        rh_buffer_printf(c->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" "
                         "text-anchor=\"middle\">%s</text>", x, c->bottom + 17, times.text[i]);
        if (times.context[i][0])
            rh_buffer_printf(c->out, "<text class=\"tick date\" x=\"%.1f\" y=\"%.1f\" "
                             "text-anchor=\"middle\">%s</text>", x, c->bottom + 31,
                             times.context[i]);
    }
    rh_buffer_printf(c->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\">UTC</text>", c->right + 8,
                     c->bottom + 17);
}

static void draw_marks(const canvas *c)
{
    static const char *const styles[] = {
        [RH_MARK_SWAP] = "swap", [RH_MARK_REFUSED] = "kill", [RH_MARK_SET] = "swap",
        [RH_MARK_KILL] = "kill", [RH_MARK_FAILOVER] = "kill",
        [RH_MARK_GUARD] = "guard", [RH_MARK_SETTLEMENT] = "settlement",
        [RH_MARK_CLIENT] = "client"};
    const rh_marks *marks = c->chart->marks;
    for (int kind = 0; marks && kind < RH_MARK_KINDS; kind++) {
        if (marks->counts[kind] == 0) continue;
        rh_buffer_printf(c->out, "<path class=\"mark m-%s\" d=\"", styles[kind]);
        for (int slot = 0; slot <= RH_MARK_SLOTS; slot++) {
            if (!marks->slots[kind][slot]) continue;
            double x = c->left + (c->right - c->left) * slot / RH_MARK_SLOTS;
            rh_buffer_printf(c->out, "M%.1f %.1fV%.1f", x, c->top, c->bottom);
        }
        rh_buffer_text(c->out, "\"/>");
    }
}

/* --- curves -------------------------------------------------------------------------------- */

typedef struct pen {
    const canvas *c;
    long x, y;                  /* tenths, the last point written */
    bool down, steps;
} pen;

static void put_tenths(rh_buffer *out, long tenths, bool first)
{
    if (tenths < 0)
        rh_buffer_text(out, "-");
    else if (!first)
        rh_buffer_text(out, " ");
    long size = labs(tenths);
    if (size % 10 == 0)
        rh_buffer_printf(out, "%ld", size / 10);
    else if (size < 10)
        rh_buffer_printf(out, ".%ld", size);
    else
        rh_buffer_printf(out, "%ld.%ld", size / 10, size % 10);
}

static void point(pen *p, int64_t time_ns, double value)
{
    rh_buffer *out = p->c->out;
    long x = (long)floor(10 * rh_chart_x(p->c->chart, time_ns) + 0.5);
    long y = (long)floor(10 * y_of(p->c, value) + 0.5);
    if (p->down && x == p->x && y == p->y) return;
    if (!p->down) {
        rh_buffer_text(out, "M");
        put_tenths(out, x, true);
        put_tenths(out, y, false);
    } else if (p->steps) {
        if (x != p->x) rh_buffer_text(out, "h"), put_tenths(out, x - p->x, true);
        if (y != p->y) rh_buffer_text(out, "v"), put_tenths(out, y - p->y, true);
    } else {
        rh_buffer_text(out, "l");
        put_tenths(out, x - p->x, true);
        put_tenths(out, y - p->y, false);
    }
    p->x = x;
    p->y = y;
    p->down = true;
}

static void draw_cell(pen *p, const rh_extent *cell, double sign)
{
    bool min_first = cell->min_ns <= cell->max_ns;
    point(p, cell->first_ns, sign * cell->first);
    point(p, min_first ? cell->min_ns : cell->max_ns, sign * (min_first ? cell->min : cell->max));
    point(p, min_first ? cell->max_ns : cell->min_ns, sign * (min_first ? cell->max : cell->min));
    point(p, cell->last_ns, sign * cell->last);
}

static void draw_curve(const canvas *c, const rh_curve *curve)
{
    pen p = {.c = c, .steps = curve->steps};
    double last = 0;
    rh_buffer_printf(c->out, "<path class=\"curve %s\" d=\"", curve->style);
    if (curve->steps) point(&p, c->chart->from_ns, 0);
    for (int bin = 0; bin < curve->bins->used; bin++) {
        const rh_extent *cell = rh_bins_cell(curve->bins, bin, curve->column);
        if (cell->any) {
            draw_cell(&p, cell, curve->sign);
            last = curve->sign * cell->last;
        } else if (curve->bins->rows[bin] > 0) {
            p.down = false;     /* rows without a value are a gap, a bin without rows is not */
        }
    }
    if (curve->steps) point(&p, c->chart->to_ns, last);
    if (curve->bins->row_count == 1) rh_buffer_text(c->out, "m-3 0h6"); /* else unseen */
    rh_buffer_text(c->out, "\"/>");
}

/* --- hedges -------------------------------------------------------------------------------- */

static double value_near(const rh_curve *curve, int64_t time_ns)
{
    const rh_bins *bins = curve->bins;
    for (int bin = rh_bins_at(bins, time_ns); bin >= 0; bin--) {
        const rh_extent *cell = rh_bins_cell(bins, bin, curve->column);
        if (!cell->any) continue;
        return curve->sign * (cell->first_ns >= time_ns ? cell->first : cell->last);
    }
    return (double)NAN;
}

static void draw_hedge(const canvas *c, const rh_hedge_slot *slot, double largest, bool buy)
{
    double qty = buy ? slot->bought : slot->sold;
    if (!(qty > 0)) return;
    double span = (double)(c->chart->to_ns - c->chart->from_ns);
    int64_t time_ns = c->chart->from_ns + (int64_t)(slot->moment * span);
    double value = value_near(&c->chart->curves[0], time_ns);
    if (isnan(value)) return;
    double size = 3 + 4 * sqrt(qty / largest), tip = buy ? 3 : -3;
    double height = buy ? 1.6 * size : -1.6 * size;
    rh_buffer_printf(c->out, "<path class=\"%s\" d=\"M%.1f %.1fl%.1f %.1fh%.1fz\"/>",
                     buy ? "buy" : "sell", rh_chart_x(c->chart, time_ns), y_of(c, value) + tip,
                     -size, height, 2 * size);
}

static void draw_hedges(const canvas *c)
{
    const rh_hedge_slot *slots = c->chart->hedges;
    double largest = 0;
    for (int i = 0; slots && i < RH_HEDGE_SLOTS; i++)
        largest = fmax(largest, fmax(slots[i].bought, slots[i].sold));
    if (!(largest > 0)) return;
    for (int i = 0; i < RH_HEDGE_SLOTS; i++) {
        draw_hedge(c, &slots[i], largest, true);
        draw_hedge(c, &slots[i], largest, false);
    }
}

/* --- direct labels ------------------------------------------------------------------------- */

typedef struct end_label {
    const rh_curve *curve;
    double value, y, at;        /* y: where the curve ends; at: where the label goes */
} end_label;

static int collect_labels(const canvas *c, end_label labels[RH_CURVES_MAX])
{
    int count = 0;
    for (int i = 0; i < c->chart->curve_count; i++) {
        const rh_curve *curve = &c->chart->curves[i];
        rh_extent all = rh_bins_total(curve->bins, curve->column);
        if (!all.any) continue;
        double value = curve->sign * all.last, y = y_of(c, value);
        int at = count++;
        for (; at > 0 && labels[at - 1].y > y; at--) labels[at] = labels[at - 1];
        labels[at] = (end_label){curve, value, y, y};
    }
    return count;
}

static void spread_labels(const canvas *c, end_label *labels, int count)
{
    double low = c->top + 2, high = c->bottom - 2;
    for (int i = 0; i < count; i++) {
        labels[i].at = fmax(labels[i].at, low);
        low = labels[i].at + LABEL_GAP;
    }
    for (int i = count - 1; i >= 0; i--) {
        labels[i].at = fmin(labels[i].at, high);
        high = labels[i].at - LABEL_GAP;
    }
}

static void draw_labels(const canvas *c)
{
    end_label labels[RH_CURVES_MAX];
    int count = collect_labels(c, labels);
    spread_labels(c, labels, count);
    for (int i = 0; i < count; i++) {
        const end_label *l = &labels[i];
        char text[RH_FIGURE_TEXT];
        rh_figure_text(text, l->value, rh_figure_decimals(fmax(fabs(c->axis.low),
                                                               fabs(c->axis.high))));
        rh_buffer_printf(c->out, "<path class=\"lead %s\" d=\"M%.1f %.1fL%.1f %.1fh6\"/>",
                         l->curve->style, c->right + 2, l->y, c->right + 12, l->at);
        rh_buffer_printf(c->out, "<text class=\"name t-%s\" x=\"%.1f\" y=\"%.1f\">",
                         l->curve->style, c->right + 22, l->at + 4);
        rh_html_text(c->out, l->curve->name);
        rh_buffer_text(c->out, " <tspan class=\"value\">");
        number_text(c->out, text);
        rh_buffer_text(c->out, "</tspan></text>");
    }
}

void rh_chart_svg(rh_buffer *out, const rh_chart *chart)
{
    canvas c = {.chart = chart, .out = out, .top = TOP, .bottom = chart->height - BOTTOM,
                .left = RH_CHART_LEFT, .right = RH_CHART_WIDTH - RH_CHART_RIGHT};
    choose_axis(&c);
    rh_buffer_printf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", RH_CHART_WIDTH,
                     chart->height);
    rh_html_text(out, chart->title);
    rh_buffer_text(out, "\">\n");
    draw_values(&c);
    draw_times(&c);
    draw_marks(&c);
    for (int i = chart->curve_count - 1; i >= 0; i--) draw_curve(&c, &chart->curves[i]);
    draw_hedges(&c);
    draw_labels(&c);
    rh_buffer_printf(out, "\n<path class=\"cross\" d=\"M0 %.1fV%.1f\"/></svg>\n", c.top, c.bottom);
}
