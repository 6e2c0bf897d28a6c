/* The page of a sweep (summary.json of kind "sweep", see report.h): cost against error of every
 * point with the frontier, the objective along one param or as a map of two, all points as a table.
 * Smaller objectives are better; without an objective the mean P&L is judged, larger is better. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

enum { PARAMS_MAX = 4, POINTS_MAX = 4096, MAP_MAX = 40, SHADES = 10, RESULTS = 7 };

typedef struct sweep {
    rh_page *page;
    size_t points, params, best;
    const char *names[PARAMS_MAX];
    const char *objective;      /* "" : P&L */
    double *values;             /* [point][params, then RESULTS] */
    char (*labels)[RH_NAME_MAX];
    const char **label_pointers;
} sweep;

static double *row_of(const sweep *s, size_t point)
{
    return s->values + point * (s->params + RESULTS);
}

/* What is judged of a point, smaller being better. */
static double badness(const sweep *s, size_t point)
{
    const double *results = row_of(s, point) + s->params;
    return s->objective[0] ? results[6] : -results[0];
}

/* A number, or a duration in seconds; words have no place on an axis, only in the label. */
static double param_value(rh_json params, const char *name, char text[RH_FIGURE_TEXT])
{
    double value = rh_summary_number(params, name);
    const char *word = rh_summary_text(params, name);
    int64_t duration_ns;
    if (word[0] == '\0') rh_figure_short(text, value, 4);
    else snprintf(text, RH_FIGURE_TEXT, "%.*s", RH_FIGURE_TEXT - 1, word);
    return rh_parse_duration(word, &duration_ns) ? (double)duration_ns / 1e9 : value;
}

static void read_point(sweep *s, rh_json at, size_t point)
{
    static const char *const keys[RESULTS] = {"pnl", "pnl_se", "cost", "cost_se", "error",
                                              "error_se", "objective"};
    double *row = row_of(s, point);
    rh_json params = rh_summary_block(at, "params");
    int used = 0;
    char *label = s->labels[point];
    for (size_t k = 0; k < s->params; k++) {
        char text[RH_FIGURE_TEXT];
        row[k] = param_value(params, s->names[k], text);
        used += snprintf(label + used, RH_NAME_MAX - (size_t)used, "%s%s", k > 0 ? ", " : "", text);
        if (used >= RH_NAME_MAX) used = RH_NAME_MAX - 1;
    }
    for (size_t k = 0; k < RESULTS; k++) row[s->params + k] = rh_summary_number(at, keys[k]);
    s->label_pointers[point] = label;
}

static rh_status read_sweep(sweep *s, rh_json root, rh_error *error)
{
    rh_json params, points;
    if (!rh_summary_find(root, "params", RH_JSON_ARRAY, &params) || rh_json_count(params) == 0)
        return rh_json_fail(root, error, "a sweep without its list \"params\"");
    if (!rh_summary_find(root, "points", RH_JSON_ARRAY, &points) || rh_json_count(points) == 0)
        return rh_json_fail(root, error, "a sweep without its list \"points\"");
    s->objective = rh_summary_text(rh_summary_block(root, "objective"), "name");
    s->params = rh_json_count(params) < PARAMS_MAX ? rh_json_count(params) : PARAMS_MAX;
    s->points = rh_json_count(points) < POINTS_MAX ? rh_json_count(points) : POINTS_MAX;
    for (size_t k = 0; k < s->params; k++)
        RH_TRY(rh_json_as_text(rh_json_at(params, k), &s->names[k], error));
    s->values = calloc(s->points * (s->params + RESULTS), sizeof *s->values);
    s->labels = calloc(s->points, sizeof *s->labels);
    s->label_pointers = calloc(s->points, sizeof *s->label_pointers);
    if (!s->values || !s->labels || !s->label_pointers)
        return rh_fail(error, RH_NO_MEMORY, "no memory for a sweep");
    s->best = s->points;
    for (size_t i = 0; i < s->points; i++) {
        read_point(s, rh_json_at(points, i), i);
        double bad = badness(s, i);
        if (!isnan(bad) && (s->best == s->points || bad < badness(s, s->best))) s->best = i;
    }
    return RH_OK;
}

/* --- words --------------------------------------------------------------------------------- */

static void headline(sweep *s)
{
    rh_page *page = s->page;
    rh_buffer *out = &page->out;
    rh_buffer_text(out, "<header>\n<h1><bdi>");
    rh_html_text(out, page->summary.name[0] ? page->summary.name : "Sweep");
    rh_buffer_text(out, "</bdi></h1>\n<p class=\"sub\">sweep of ");
    for (size_t k = 0; k < s->params; k++) {
        rh_buffer_text(out, k > 0 ? ", <b><bdi>" : "<b><bdi>");
        rh_html_text(out, s->names[k]);
        rh_buffer_text(out, "</bdi></b>");
    }
    rh_buffer_text(out, "<span class=\"dot\"></span>");
    rh_html_figure(out, (double)s->points, 0);
    rh_buffer_text(out, " points");
    if (page->summary.policy[0]) {
        rh_buffer_text(out, "<span class=\"dot\"></span>");
        rh_page_policy(page);
    }
    rh_buffer_text(out, "</p>\n<p class=\"lede\">");
    rh_page_book(page);
    if (s->best < s->points) {
        const double *results = row_of(s, s->best) + s->params;
        rh_buffer_text(out, s->objective[0] ? "The least objective, <bdi>" : "The best P&amp;L");
        rh_html_text(out, s->objective);
        rh_buffer_text(out, s->objective[0] ? "</bdi>, is at <b>" : " is at <b>");
        for (size_t k = 0; k < s->params; k++) {
            rh_buffer_text(out, k > 0 ? ", <bdi>" : "<bdi>");
            rh_html_text(out, s->names[k]);
            rh_buffer_text(out, "</bdi>");
        }
        rh_buffer_text(out, "&nbsp;<bdi>");
        rh_html_text(out, s->labels[s->best]);
        rh_buffer_text(out, "</bdi></b>: P&amp;L ");
        rh_page_money(page, results[0], rh_figure_decimals(fabs(results[0])));
        rh_buffer_text(out, ", cost ");
        rh_page_money(page, results[2], rh_figure_decimals(fabs(results[2])));
        rh_buffer_text(out, ", error ");
        rh_page_short(page, results[4], 4);
        rh_buffer_text(out, ".");
    }
    rh_buffer_text(out, "</p>\n");
    rh_page_notes(page);
    rh_buffer_text(out, "</header>\n<p class=\"keys\"></p>\n");
}

/* --- pictures ------------------------------------------------------------------------------ */

static void scatter(sweep *s, bool line, const char *heading, const char *about, const char *x,
                    const char *y, const int of[4])
{
    double *values = malloc(s->points * 4 * sizeof *values);
    bool any = false;
    if (!values) {
        s->page->out.failed = true;
        return;
    }
    for (size_t i = 0; i < s->points; i++) {
        for (int k = 0; k < 4; k++)
            values[4 * i + (size_t)k] = of[k] < 0 ? (double)NAN : row_of(s, i)[of[k]];
        any = any || (!isnan(values[4 * i]) && !isnan(values[4 * i + 1]));
    }
    if (any)
        rh_frame_put(s->page, &(rh_frame){
            .draw = line ? "line" : "scatter", .heading = heading, .about = about, .unit = "",
            .x = x, .y = y, .of = "points of the sweep", .height = 380, .rows = s->points,
            .label_head = "point", .labels = s->label_pointers, .columns = 4,
            .keys = {"x", "y", "x_se", "y_se"},
            .heads = {x, y, "standard error of the first", "standard error of the second"},
            .values = values});
    free(values);
}

/* Sorted values of one param, each once; 0 when there are too many for a map. */
static size_t distinct(const sweep *s, size_t param, double values[MAP_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < s->points; i++) {
        double value = row_of(s, i)[param];
        size_t at = 0;
        while (at < count && values[at] < value) at++;
        if (isnan(value) || (at < count && !(values[at] > value))) continue;
        if (count == MAP_MAX) return 0;
        memmove(values + at + 1, values + at, (count - at) * sizeof *values);
        values[at] = value;
        count++;
    }
    return count;
}

static size_t point_at(const sweep *s, double first, double second)
{
    for (size_t i = 0; i < s->points; i++) {
        const double *row = row_of(s, i);
        if (!(row[0] < first) && !(row[0] > first) && !(row[1] < second) && !(row[1] > second))
            return i;
    }
    return s->points;
}

/* Shades go by rank: one bad corner would make the rest look alike. */
static int shade_of(const sweep *s, double bad)
{
    size_t worse = 0;
    for (size_t i = 0; i < s->points; i++) worse += badness(s, i) > bad;
    return (int)(worse * SHADES / s->points);
}

static void map_cell(const sweep *s, size_t point, int decimals)
{
    rh_buffer *out = &s->page->out;
    double bad = point < s->points ? badness(s, point) : (double)NAN;
    if (isnan(bad)) {
        rh_buffer_text(out, "<td>&ndash;</td>");
        return;
    }
    rh_buffer_printf(out, "<td class=\"h%d%s\">", shade_of(s, bad),
                     point == s->best ? " best" : "");
    rh_html_figure(out, s->objective[0] ? bad : -bad, decimals);
    rh_buffer_text(out, "</td>");
}

/* Two params: the map is a table, so that it needs no script and prints as it is. */
static void map(const sweep *s)
{
    rh_buffer *out = &s->page->out;
    double across[MAP_MAX], down[MAP_MAX], largest = 0;
    size_t columns = distinct(s, 1, across), rows = distinct(s, 0, down);
    if (columns < 2 || rows < 2) return;
    for (size_t i = 0; i < s->points; i++)
        if (isfinite(badness(s, i))) largest = fmax(largest, fabs(badness(s, i)));
    int decimals = rh_figure_decimals(largest);
    rh_buffer_text(out, "<section class=\"wide\"><h2>Map of <bdi>");
    rh_html_text(out, s->objective[0] ? s->objective : "P&L");
    rh_buffer_text(out, "</bdi></h2>\n<div class=\"scroll\"><table class=\"heat\"><thead><tr><th "
                        "scope=\"col\"><bdi>");
    rh_html_text(out, s->names[0]);
    rh_buffer_text(out, "</bdi> down, <bdi>");
    rh_html_text(out, s->names[1]);
    rh_buffer_text(out, "</bdi> across</th>");
    for (size_t c = 0; c < columns; c++) {
        rh_buffer_text(out, "<th scope=\"col\">");
        rh_page_short(s->page, across[c], 5);
        rh_buffer_text(out, "</th>");
    }
    rh_buffer_text(out, "</tr></thead><tbody>\n");
    for (size_t r = 0; r < rows; r++) {
        rh_buffer_text(out, "<tr><th scope=\"row\">");
        rh_page_short(s->page, down[r], 5);
        rh_buffer_text(out, "</th>");
        for (size_t c = 0; c < columns; c++)
            map_cell(s, point_at(s, down[r], across[c]), decimals);
        rh_buffer_text(out, "</tr>\n");
    }
    rh_buffer_text(out, "</tbody></table></div>\n<p class=\"note\">Darker is better; the best is "
                        "framed.</p></section>\n");
}

static void all_points(const sweep *s)
{
    rh_frame frame = {.heading = "All points", .about = "", .unit = "", .rows = s->points,
                      .columns = (int)s->params + RESULTS, .values = s->values,
                      .label_head = "point", .labels = s->label_pointers};
    static const char *const heads[] = {"P&L", "standard error", "cost", "standard error", "error",
                                        "standard error", "objective"};
    static_assert(PARAMS_MAX + RESULTS <= RH_FRAME_COLUMNS_MAX, "a frame holds every column");
    for (size_t k = 0; k < s->params; k++) frame.heads[k] = s->names[k];
    for (size_t k = 0; k < RESULTS; k++) frame.heads[s->params + k] = heads[k];
    rh_frame_put(s->page, &frame);
}

rh_status rh_page_sweep(rh_page *page, rh_error *error)
{
    sweep s = {.page = page};
    rh_json root = rh_json_root(page->summary.doc);
    rh_status status = read_sweep(&s, root, error);
    if (status == RH_OK) {
        int first = (int)s.params;
        rh_page_open(page, page->summary.name);
        headline(&s);
        if (s.params == 2) map(&s);
        if (s.params == 1)
            scatter(&s, true, "Along the param", "", s.names[0],
                    s.objective[0] ? s.objective : "P&L",
                    (const int[]){0, s.objective[0] ? first + 6 : first, -1,
                                  s.objective[0] ? -1 : first + 1});
        scatter(&s, false, "Cost against error", "No other point is both cheaper and more exact "
                "than one on the frontier.", "cost", "error",
                (const int[]){first + 2, first + 4, first + 3, first + 5});
        all_points(&s);
        rh_page_provenance(page);
        rh_page_close(page);
    }
    free(s.values);
    free(s.labels);
    free(s.label_pointers);
    return status;
}
