/* Figures through time: what report.js draws of the bins, two points of each, and the table of at
 * most RH_BIN_GROUPS_MAX rows. Sampled columns are written once, however many figures use them.
 * Invariant: the extremes of a column sampled by its extremes are among the points. */
#include <math.h>
#include <string.h>

#include "report/figure_parts.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

void rh_time_curve(rh_time_figure *figure, const char *name, const char *colour,
                   const rh_bins *bins, int column, rh_sampling how, double sign)
{
    rh_extent all = rh_bins_total(bins, column);
    if (!all.any || figure->curve_count == RH_CURVES_MAX) return;
    if (figure->zero && all.min == 0 && all.max == 0) {
        if (figure->zero_count < RH_CURVES_MAX) figure->zeros[figure->zero_count++] = name;
        return;
    }
    figure->curves[figure->curve_count++] =
        (rh_curve){.name = name, .colour = colour, .of = {bins, column, how}, .sign = sign};
}

static int column_of(rh_page *page, rh_sampled of)
{
    for (int i = 0; i < page->column_count; i++) {
        const rh_sampled *at = &page->columns[i];
        if (at->bins == of.bins && at->column == of.column && at->how == of.how) return i;
    }
    if (page->column_count == RH_SAMPLED_MAX) return 0;
    page->columns[page->column_count] = of;
    return page->column_count++;
}

/* --- the table ----------------------------------------------------------------------------- */

static void head(rh_page *page, const rh_time_figure *f)
{
    rh_buffer *out = &page->out;
    rh_buffer_text(out, "<thead><tr><th scope=\"col\">time, UTC</th>");
    for (int i = 0; i < f->curve_count; i++) {
        rh_buffer_text(out, "<th scope=\"col\">");
        rh_html_text(out, f->curves[i].name);
        rh_buffer_text(out, "</th>");
    }
    if (f->extremes) rh_buffer_text(out, "<th scope=\"col\">least</th><th scope=\"col\">greatest"
                                         "</th>");
    if (f->hedges) rh_buffer_text(out, "<th scope=\"col\">bought</th><th scope=\"col\">sold</th>");
    rh_buffer_text(out, "</tr></thead><tbody>\n");
}

static void cell(rh_buffer *out, bool known, double value, int decimals)
{
    rh_buffer_text(out, "<td>");
    rh_html_figure(out, known ? value : (double)NAN, decimals);
    rh_buffer_text(out, "</td>");
}

static void row(rh_page *page, const rh_time_figure *f, int begin, int end, int decimals,
                double held[RH_CURVES_MAX])
{
    const rh_bins *bins = &page->ledger.bins;
    rh_buffer *out = &page->out;
    char moment[RH_TIME_TEXT];
    int last = end - 1;
    while (last > begin && bins->rows[last] == 0) last--;
    rh_moment_text(moment, bins->end_ns[last], bins->last_ns - bins->from_ns);
    rh_buffer_printf(out, "<tr><td>%s</td>", moment);
    for (int i = 0; i < f->curve_count; i++) {
        const rh_curve *curve = &f->curves[i];
        rh_extent all = rh_bins_merge(curve->of.bins, begin, end, curve->of.column);
        if (all.any) held[i] = curve->sign * all.last;
        cell(out, all.any || curve->of.how == RH_SAMPLE_HELD, held[i], decimals);
    }
    if (f->extremes) {
        rh_extent all = rh_bins_merge(f->curves[0].of.bins, begin, end, f->curves[0].of.column);
        cell(out, all.any, all.min, decimals);
        cell(out, all.any, all.max, decimals);
    }
    if (f->hedges) {
        const rh_hedge_slot *slot = &f->hedges[begin / rh_bins_group(bins)];
        int digits = rh_figure_decimals(fmax(slot->bought, slot->sold));
        cell(out, slot->bought > 0, slot->bought, digits);
        cell(out, slot->sold > 0, slot->sold, digits);
    }
    rh_buffer_text(out, "</tr>\n");
}

/* Decimals that suit the largest drawn value. */
static int choose_decimals(const rh_time_figure *f)
{
    double largest = 0;
    for (int i = 0; i < f->curve_count; i++) {
        rh_extent all = rh_bins_total(f->curves[i].of.bins, f->curves[i].of.column);
        if (all.any) largest = fmax(largest, fabs(f->curves[i].sign) *
                                                 fmax(fabs(all.min), fabs(all.max)));
    }
    return rh_figure_decimals(largest);
}

static void rows(rh_page *page, const rh_time_figure *f)
{
    const rh_bins *bins = &page->ledger.bins;
    double held[RH_CURVES_MAX] = {0};
    int group = rh_bins_group(bins), decimals = choose_decimals(f);
    for (int begin = 0; begin < bins->used; begin += group) {
        int end = begin + group < bins->used ? begin + group : bins->used;
        uint64_t count = 0;
        for (int bin = begin; bin < end; bin++) count += bins->rows[bin];
        if (count > 0) row(page, f, begin, end, decimals, held);
    }
}

/* --- the island ---------------------------------------------------------------------------- */

static void put_curves(rh_page *page, const rh_time_figure *f)
{
    rh_json_writer *json = &page->json;
    rh_json_open(json, "curves", '[');
    for (int i = 0; i < f->curve_count; i++) {
        const rh_curve *curve = &f->curves[i];
        rh_json_open(json, NULL, '{');
        rh_put_name(json, "name", curve->name);
        rh_json_put_i64(json, "column", column_of(page, curve->of));
        rh_json_put_double(json, "sign", curve->sign);
        rh_json_put_text(json, "colour", curve->colour);
        rh_json_put_bool(json, "steps", curve->of.how == RH_SAMPLE_HELD);
        rh_json_put_bool(json, "dash", curve->dash);
        rh_json_put_bool(json, "over", curve->over);
        rh_json_close(json, '}');
    }
    rh_json_close(json, ']');
    if (f->band > 0 && f->band + 1 < f->curve_count) {
        rh_json_open(json, "band", '[');
        rh_json_put_i64(json, NULL, column_of(page, f->curves[f->band].of));
        rh_json_put_i64(json, NULL, column_of(page, f->curves[f->band + 1].of));
        rh_json_close(json, ']');
    }
}

static void put_hedges(rh_page *page, const rh_hedge_slot *slots)
{
    const rh_bins *bins = &page->ledger.bins;
    double from = (double)bins->from_ns, span = (double)bins->last_ns - from;
    rh_json_open(&page->json, "hedges", '[');
    for (int i = 0; i < RH_HEDGE_SLOTS; i++) {
        if (slots[i].buys + slots[i].sells == 0) continue;
        rh_json_open(&page->json, NULL, '[');
        rh_buffer_printf(page->json.out, "%.3f,%.9g,%.9g", (from + slots[i].moment * span) / 1e6,
                         slots[i].bought, slots[i].sold);
        rh_json_close(&page->json, ']');
    }
    rh_json_close(&page->json, ']');
}

void rh_time_figure_put(rh_page *page, const rh_time_figure *f)
{
    rh_buffer *out = &page->out;
    if (f->curve_count == 0) return;
    rh_figure_open(page, f->draw, f->heading, f->unit, f->height);
    rh_json_put_bool(&page->json, "zero", f->zero);
    if (f->cut) rh_put_numbers(&page->json, "view", (const double[]){f->low, f->high}, 2, 1);
    put_curves(page, f);
    if (f->hedges) put_hedges(page, f->hedges);
    rh_buffer_text(out, f->about);
    for (int i = 0; i < f->zero_count; i++) {
        rh_buffer_text(out, i == 0 ? " Zero throughout: " : ", ");
        rh_html_text(out, f->zeros[i]);
    }
    if (f->zero_count > 0) rh_buffer_text(out, ".");
    rh_figure_plot(page);
    head(page, f);
    rows(page, f);
    rh_figure_close(page);
}

/* --- times, columns, marks ----------------------------------------------------------------- */

/* Two points of each bin, its first and its last row, one where they are the same; and the end. */
typedef struct points {
    rh_buffer *out;
    uint64_t count;
} points;

static void put_value(points *p, bool known, double value)
{
    if (p->count++ > 0) rh_buffer_text(p->out, ",");
    if (known) rh_buffer_printf(p->out, "%.9g", value);
    else rh_buffer_text(p->out, "null");
}

/* Milliseconds, as browsers count time. */
static void put_time(points *p, double time_ns)
{
    rh_buffer_printf(p->out, p->count++ > 0 ? ",%.3f" : "%.3f", time_ns / 1e6);
}

static void put_times(rh_json_writer *json, const rh_bins *bins)
{
    points p = {.out = json->out};
    rh_json_open(json, "times", '[');
    for (int bin = 0; bin < bins->used; bin++) {
        if (bins->rows[bin] == 0) continue;
        bool one = bins->begin_ns[bin] == bins->end_ns[bin];
        put_time(&p, (double)bins->begin_ns[bin]);
        if (!one) put_time(&p, (double)bins->end_ns[bin]);
    }
    if (bins->row_count > 0) put_time(&p, (double)bins->last_ns);
    rh_json_close(json, ']');
}

static void put_column(rh_json_writer *json, const rh_bins *grid, const rh_sampled *of)
{
    points p = {.out = json->out};
    double held = 0;
    bool known = of->how == RH_SAMPLE_HELD;
    rh_json_open(json, NULL, '[');
    for (int bin = 0; bin < grid->used; bin++) {
        rh_extent all = rh_bins_merge(of->bins, bin, bin + 1, of->column);
        double first = all.first, second = all.last;
        if (of->how == RH_SAMPLE_EXTREMES) {
            first = all.min_ns <= all.max_ns ? all.min : all.max;
            second = all.min_ns <= all.max_ns ? all.max : all.min;
        } else if (of->how == RH_SAMPLE_HELD) {
            first = held;
            second = all.any ? all.last : held;
            all.any = true;
        }
        if (all.any) held = of->how == RH_SAMPLE_EXTREMES ? all.last : second;
        known = known || all.any;
        if (grid->rows[bin] == 0) continue;
        bool one = grid->begin_ns[bin] == grid->end_ns[bin];
        put_value(&p, all.any, one ? held : first);
        if (!one) put_value(&p, all.any, second);
    }
    rh_extent end = rh_bins_merge(of->bins, grid->used - 1, grid->used, of->column);
    put_value(&p, known && (end.any || of->how == RH_SAMPLE_HELD), held);
    rh_json_close(json, ']');
}

static void put_marks(rh_json_writer *json, const rh_marks *marks, const rh_bins *bins)
{
    double from = (double)bins->from_ns, span = (double)bins->last_ns - from;
    rh_json_open(json, "marks", '[');
    for (int kind = 0; kind < RH_MARK_KINDS; kind++) {
        if (marks->counts[kind] == 0) continue;
        rh_json_open(json, NULL, '{');
        rh_json_put_text(json, "kind", rh_mark_keys[kind]);
        rh_json_open(json, "at", '[');
        points p = {.out = json->out};
        bool exact = marks->counts[kind] <= RH_MARKS_LISTED;
        for (uint64_t i = 0; exact && i < marks->counts[kind]; i++)
            put_time(&p, (double)marks->listed[kind][i].time_ns);
        for (int slot = 0; !exact && slot <= RH_MARK_SLOTS; slot++)
            if (marks->slots[kind][slot])
                put_time(&p, from + span * slot / RH_MARK_SLOTS);
        rh_json_close(json, ']');
        rh_json_close(json, '}');
    }
    rh_json_close(json, ']');
}

/* JSON as a script element may hold it. Outside of strings it has none of these. */
static void put_for_script(rh_buffer *out, const char *json, size_t length)
{
    size_t from = 0;
    for (size_t i = 0; i < length; i++) {
        const unsigned char *at = (const unsigned char *)json + i;
        bool separator = i + 2 < length && at[0] == 0xE2 && at[1] == 0x80 && (at[2] & 0xFE) == 0xA8;
        if (!separator && at[0] != '<' && at[0] != '>' && at[0] != '&') continue;
        rh_buffer_append(out, json + from, i - from);
        unsigned code = separator ? 0x2000u + (at[2] & 0x3Fu) : at[0];
        rh_buffer_printf(out, "\\u%04x", code);
        if (separator) i += 2;
        from = i + 1;
    }
    rh_buffer_append(out, json + from, length - from);
}

void rh_island_put(rh_page *page)
{
    rh_buffer text = {0};
    rh_json_writer json = {.out = &text};
    rh_json_open(&json, NULL, '{');
    put_times(&json, &page->ledger.bins);
    rh_json_open(&json, "columns", '[');
    for (int i = 0; i < page->column_count; i++)
        put_column(&json, &page->ledger.bins, &page->columns[i]);
    rh_json_close(&json, ']');
    put_marks(&json, &page->marks, &page->ledger.bins);
    rh_json_open(&json, "figures", '[');
    if (page->figures.length > 0)
        rh_buffer_append(&text, page->figures.bytes, page->figures.length);
    rh_json_close(&json, ']');
    rh_json_close(&json, '}');
    if (text.failed || page->figures.failed) page->out.failed = true;
    else put_for_script(&page->out, text.bytes, text.length);
    rh_buffer_free(&text);
}
