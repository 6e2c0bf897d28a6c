/* Text tables for terminals: one run in three columns of causes, several runs side by side. Names
 * are escaped before they are measured, so that alignment and terminal survive hostile ones.
 * Invariant: no line is wider than 100 columns; attributes are written only when colour is allowed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/markup.h"
#include "report/number.h"
#include "report/report.h"
#include "report/summary.h"

enum { WIDTH = 100, NAME_WIDTH = 16, COLUMN_MIN = 13, COLUMN_MAX = 26, GAP = 2, DIGEST_SHOWN = 12 };

typedef struct table {
    rh_buffer out;
    bool colour;
    const rh_summary *runs;
    const char *const *labels;  /* NULL or one per run, NULL entries allowed */
    int count;
    int begin, end, width;      /* the block of columns being written */
} table;

static void pad(rh_buffer *out, size_t from, size_t to)
{
    for (; from < to; from++) rh_buffer_text(out, " ");
}

static void style(table *t, const char *code)
{
    if (t->colour) rh_buffer_printf(&t->out, "\033[%sm", code);
}

/* Escaped, cut and padded; to the right edge when `right`. */
static void put_text(table *t, const char *text, size_t width, bool right)
{
    rh_buffer safe = {0};
    rh_plain_text(&safe, text, width);
    const char *shown = safe.bytes && !safe.failed ? safe.bytes : "";
    size_t used = rh_plain_width(shown);
    if (right) pad(&t->out, used, width);
    rh_buffer_text(&t->out, shown);
    if (!right) pad(&t->out, used, width);
    rh_buffer_free(&safe);
}

static const char *label_of(const table *t, int run)
{
    if (t->labels && t->labels[run]) return t->labels[run];
    return t->runs[run].policy[0] ? t->runs[run].policy : "run";
}

/* --- several runs -------------------------------------------------------------------------- */

typedef double (*getter)(const rh_summary *run, int index);

static double pnl_of(const rh_summary *run, int index)
{
    return index < 0 ? run->pnl_total : run->pnl[index];
}
static double cost_of(const rh_summary *run, int index)
{
    return index < 0 ? run->cost_total : run->cost[index];
}
static double attribution_of(const rh_summary *run, int index)
{
    return run->attribution[index];
}
static double hedging_of(const rh_summary *run, int index)
{
    return run->hedging[index];
}

static double largest_of(const table *t, getter get, int first, int last)
{
    double largest = 0;
    for (int run = 0; run < t->count; run++)
        for (int i = first; i <= last; i++) largest = fmax(largest, fabs(get(&t->runs[run], i)));
    return largest;
}

static void row(table *t, const char *name, getter get, int index, int decimals)
{
    rh_buffer_text(&t->out, "  ");
    put_text(t, name, NAME_WIDTH - 2, false);
    for (int run = t->begin; run < t->end; run++) {
        char text[RH_FIGURE_TEXT];
        rh_figure_text(text, get(&t->runs[run], index), decimals);
        pad(&t->out, 0, GAP);
        put_text(t, text, (size_t)t->width, true);
    }
    rh_buffer_text(&t->out, "\n");
}

static void heading(table *t, const char *name, bool money)
{
    const char *numeraire = "";
    for (int run = 0; run < t->count; run++)
        if (numeraire[0] == '\0') numeraire = t->runs[run].numeraire;
    for (int run = 0; run < t->count; run++) {
        const char *other = t->runs[run].numeraire;
        if (other[0] && strcmp(other, numeraire) != 0) money = false;
    }
    style(t, "2");
    rh_buffer_text(&t->out, name);
    if (money && numeraire[0]) {
        rh_buffer_text(&t->out, ", ");
        rh_plain_text(&t->out, numeraire, 12);
    }
    style(t, "0");
    rh_buffer_text(&t->out, "\n");
}

static void total_row(table *t, getter get, int decimals)
{
    style(t, "1");
    row(t, "total", get, -1, decimals);
    style(t, "0");
}

/* Kinds that are zero in every run are left out. */
static void rows_that_matter(table *t, const char *const *names, getter get, int count,
                             int decimals)
{
    for (int i = 0; i < count; i++)
        if (largest_of(t, get, i, i) > 0) row(t, names[i], get, i, decimals);
}

static void text_row(table *t, const char *name, const char *(*get)(const table *, int))
{
    put_text(t, name, NAME_WIDTH, false);
    for (int run = t->begin; run < t->end; run++) {
        pad(&t->out, 0, GAP);
        put_text(t, get(t, run), (size_t)t->width, true);
    }
    rh_buffer_text(&t->out, "\n");
}

static void digest_row(table *t)
{
    put_text(t, "digest", NAME_WIDTH, false);
    for (int run = t->begin; run < t->end; run++) {
        char shown[DIGEST_SHOWN + 1] = "";
        strncat(shown, t->runs[run].digest, DIGEST_SHOWN);
        pad(&t->out, 0, GAP);
        put_text(t, shown, (size_t)t->width, true);
    }
    rh_buffer_text(&t->out, "\n");
}

static void hedging_rows(table *t)
{
    int delta = rh_figure_decimals(
        largest_of(t, hedging_of, RH_HEDGING_rms_delta, RH_HEDGING_max_abs_delta));
    int money = rh_figure_decimals(
        largest_of(t, hedging_of, RH_HEDGING_turnover, RH_HEDGING_turnover));
    heading(t, "hedging", false);
    row(t, "delta, rms", hedging_of, RH_HEDGING_rms_delta, delta);
    row(t, "delta, largest", hedging_of, RH_HEDGING_max_abs_delta, delta);
    row(t, "fills", hedging_of, RH_HEDGING_fills, 0);
    if (largest_of(t, hedging_of, RH_HEDGING_rejected, RH_HEDGING_rejected) > 0)
        row(t, "rejected", hedging_of, RH_HEDGING_rejected, 0);
    row(t, "turnover", hedging_of, RH_HEDGING_turnover, money);
}

static void block(table *t)
{
    int pnl = rh_figure_decimals(largest_of(t, pnl_of, -1, RH_PNL_CAUSES - 1));
    int cost = rh_figure_decimals(largest_of(t, cost_of, -1, RH_COST_KINDS - 1));
    style(t, "1");
    text_row(t, "", label_of);
    style(t, "0");
    heading(t, "P&L", true);
    total_row(t, pnl_of, pnl);
    for (int i = 0; i < RH_PNL_CAUSES; i++) row(t, rh_pnl_names[i], pnl_of, i, pnl);
    heading(t, "costs", true);
    total_row(t, cost_of, cost);
    rows_that_matter(t, rh_cost_names, cost_of, RH_COST_KINDS, cost);
    heading(t, "attribution, sums to the P&L", false);
    rows_that_matter(t, rh_attribution_names, attribution_of, RH_ATTRIBUTIONS, pnl);
    hedging_rows(t);
    digest_row(t);
}

/* --- notes --------------------------------------------------------------------------------- */

/* Words of an escaped text, broken into lines beside the margin. */
static void put_wrapped(table *t, const char *title, const char *text)
{
    enum { MARGIN = 12 };
    rh_buffer safe = {0};
    rh_plain_text(&safe, text, 0);
    const char *at = safe.bytes && !safe.failed ? safe.bytes : "";
    size_t used = MARGIN;
    rh_buffer_printf(&t->out, "  %-*s", MARGIN - 2, title);
    while (*at) {
        char word[WIDTH - MARGIN + 1] = "";
        size_t length = strcspn(at, " "), kept = 0;
        while (kept < length && kept + 4 < sizeof word) kept++;
        while (kept < length && ((unsigned char)at[kept] & 0xC0) == 0x80) kept--;
        memcpy(word, at, kept);
        size_t width = rh_plain_width(word), gap = used > MARGIN ? 1 : 0;
        if (used + gap + width > WIDTH) {
            rh_buffer_printf(&t->out, "\n%*s", MARGIN, "");
            used = MARGIN;
            gap = 0;
        }
        rh_buffer_printf(&t->out, "%s%s", gap ? " " : "", word);
        used += gap + width;
        at += kept;
        while (*at == ' ') at++;
    }
    rh_buffer_text(&t->out, "\n");
    rh_buffer_free(&safe);
}

static bool said_before(const table *t, int run, size_t index, const char *note)
{
    for (int i = 0; i <= run; i++) {
        const char *other;
        for (size_t j = 0; (i < run || j < index) && (other = rh_summary_note(&t->runs[i], j)); j++)
            if (strcmp(other, note) == 0) return true;
    }
    return false;
}

static void notes(table *t)
{
    int left = 16;
    for (int run = 0; run < t->count; run++) {
        const char *note;
        for (size_t i = 0; left > 0 && (note = rh_summary_note(&t->runs[run], i)); i++) {
            if (note[0] == '\0' || said_before(t, run, i, note)) continue;
            put_wrapped(t, "note", note);
            left--;
        }
    }
}

/* --- one run ------------------------------------------------------------------------------- */

typedef struct panel {
    const char *title;
    const char *const *names;
    const double *values;
    int count, decimals;
    double total;
} panel;

static void panel_cell(table *t, const panel *p, int line)
{
    enum { NAME = 10, NUMBER = 18 };
    char text[RH_FIGURE_TEXT] = "";
    const char *name = "";
    if (line < p->count) name = p->names[line];
    if (line == p->count) name = "total";
    if (line <= p->count)
        rh_figure_text(text, line < p->count ? p->values[line] : p->total, p->decimals);
    rh_buffer_text(&t->out, "  ");
    if (line == p->count) style(t, "1");
    put_text(t, name, NAME, false);
    put_text(t, text, NUMBER, true);
    if (line == p->count) style(t, "0");
    rh_buffer_text(&t->out, "  ");
}

static void trim_line(rh_buffer *out)
{
    while (!out->failed && out->length > 0 && out->bytes[out->length - 1] == ' ') out->length--;
    rh_buffer_text(out, "\n");
}

static void panels(table *t, const rh_summary *run)
{
    static const char *const pnl_names[] = {"options", "hedges", "carry", "entry", "costs"};
    double pnl[RH_PNL_CAUSES + 1];
    memcpy(pnl, run->pnl, sizeof run->pnl);
    pnl[RH_PNL_CAUSES] = -run->cost_total;
    panel all[] = {
        {"P&L", pnl_names, pnl, RH_PNL_CAUSES + 1, 0, run->pnl_total},
        {"attribution", rh_attribution_names, run->attribution, RH_ATTRIBUTIONS, 0,
         run->pnl_total},
        {"costs", rh_cost_names, run->cost, RH_COST_KINDS, 0, run->cost_total}};
    int lines = 0;
    style(t, "2");
    for (int i = 0; i < 3; i++) {
        double largest = fabs(all[i].total);
        for (int j = 0; j < all[i].count; j++) largest = fmax(largest, fabs(all[i].values[j]));
        all[i].decimals = rh_figure_decimals(largest);
        lines = all[i].count >= lines ? all[i].count + 1 : lines;
        rh_buffer title = {0};
        rh_buffer_printf(&title, run->numeraire[0] ? "%s, %s" : "%s", all[i].title,
                         run->numeraire);
        rh_buffer_text(&t->out, "  ");
        put_text(t, title.bytes && !title.failed ? title.bytes : "", 30, false);
        rh_buffer_free(&title);
    }
    style(t, "0");
    trim_line(&t->out);
    for (int line = 0; line < lines; line++) {
        for (int i = 0; i < 3; i++) panel_cell(t, &all[i], line);
        trim_line(&t->out);
    }
}

static void put_short(table *t, const char *before, double value, const char *after)
{
    char text[RH_FIGURE_TEXT];
    rh_figure_short(text, value, 4);
    rh_buffer_printf(&t->out, "%s%s%s", before, text, after);
}

static void one_run(table *t)
{
    const rh_summary *run = &t->runs[0];
    const double *h = run->hedging;
    panels(t, run);
    char text[RH_FIGURE_TEXT];
    rh_figure_text(text, h[RH_HEDGING_fills], 0);
    rh_buffer_printf(&t->out, "\n  hedging   %s fills", text);
    rh_figure_text(text, h[RH_HEDGING_orders], 0);
    rh_buffer_printf(&t->out, " of %s orders", text);
    if (h[RH_HEDGING_rejected] > 0) {
        rh_figure_text(text, h[RH_HEDGING_rejected], 0);
        rh_buffer_printf(&t->out, ", %s rejected", text);
    }
    rh_figure_text(text, h[RH_HEDGING_turnover], rh_figure_decimals(h[RH_HEDGING_turnover]));
    rh_buffer_printf(&t->out, ", turnover %s ", text);
    rh_plain_text(&t->out, run->numeraire, 12);
    put_short(t, "\n  delta     rms ", h[RH_HEDGING_rms_delta], "");
    put_short(t, ", largest ", h[RH_HEDGING_max_abs_delta], "\n  digest    ");
    rh_plain_text(&t->out, run->digest, 64);
    rh_buffer_text(&t->out, "\n");
    if (run->failure[0]) put_wrapped(t, "killed", run->failure);
}

/* --- the whole ----------------------------------------------------------------------------- */

/* The first run that says what it was: a failed one may say nothing. */
static const rh_summary *known_run(const table *t)
{
    for (int run = 0; run < t->count; run++)
        if (t->runs[run].name[0]) return &t->runs[run];
    return &t->runs[0];
}

static void title(table *t)
{
    const rh_summary *first = known_run(t);
    char from[RH_TIME_TEXT], to[RH_TIME_TEXT], events[RH_FIGURE_TEXT];
    bool same = true;
    for (int run = 0; run < t->count; run++) {
        const char *name = t->runs[run].name;
        same = same && (name[0] == '\0' || strcmp(name, first->name) == 0);
    }
    style(t, "1");
    rh_plain_text(&t->out, same ? first->name : "Several scenarios", WIDTH);
    style(t, "0");
    rh_buffer_text(&t->out, "\n");
    if (!same) return;
    style(t, "2");
    if (t->count == 1) {
        rh_plain_text(&t->out, label_of(t, 0), 30);
        rh_buffer_text(&t->out, ", ");
    }
    rh_plain_text(&t->out, rh_summary_moment(first->from, from), 19);
    rh_buffer_text(&t->out, " to ");
    rh_plain_text(&t->out, rh_summary_moment(first->to, to), 19);
    rh_figure_text(events, first->events, 0);
    rh_buffer_printf(&t->out, " UTC, %s events", events);
    style(t, "0");
    rh_buffer_text(&t->out, "\n");
}

/* As wide as the longest label and number need, within bounds. */
static int choose_width(const table *t)
{
    size_t width = COLUMN_MIN;
    for (int run = 0; run < t->count; run++) {
        rh_buffer safe = {0};
        rh_plain_text(&safe, label_of(t, run), COLUMN_MAX);
        size_t label = safe.bytes && !safe.failed ? rh_plain_width(safe.bytes) : 0;
        rh_buffer_free(&safe);
        char text[RH_FIGURE_TEXT];
        double turnover = t->runs[run].hedging[RH_HEDGING_turnover];
        size_t number = rh_figure_text(text, turnover, rh_figure_decimals(turnover));
        width = label > width ? label : width;
        width = number > width ? number : width;
    }
    return (int)(width > COLUMN_MAX ? COLUMN_MAX : width);
}

static void compare(table *t)
{
    t->width = choose_width(t);
    int per_block = (WIDTH - NAME_WIDTH) / (t->width + GAP);
    for (t->begin = 0; t->begin < t->count; t->begin = t->end) {
        t->end = t->begin + per_block < t->count ? t->begin + per_block : t->count;
        if (t->begin > 0) rh_buffer_text(&t->out, "\n");
        block(t);
    }
}

rh_status rh_report_table(FILE *out, const char *const *summary_jsons, const char *const *labels,
                          int count, bool colour, rh_error *error)
{
    if (count < 1) return rh_fail(error, RH_DOMAIN, "a table needs at least one run");
    rh_summary *runs = calloc((size_t)count, sizeof *runs);
    if (!runs) return rh_fail(error, RH_NO_MEMORY, "no memory for a table");
    rh_status status = RH_OK;
    for (int run = 0; status == RH_OK && run < count; run++)
        status = rh_summary_parse(&runs[run], "summary.json", summary_jsons[run], error);
    if (status == RH_OK) {
        table t = {.colour = colour, .runs = runs, .labels = labels, .count = count};
        title(&t);
        rh_buffer_text(&t.out, "\n");
        if (count == 1)
            one_run(&t);
        else
            compare(&t);
        notes(&t);
        if (t.out.failed)
            status = rh_fail(error, RH_NO_MEMORY, "no memory for a table");
        else if (fwrite(t.out.bytes, 1, t.out.length, out) != t.out.length || fflush(out) != 0)
            status = rh_fail(error, RH_IO, "the table could not be written");
        rh_buffer_free(&t.out);
    }
    for (int run = 0; run < count; run++) rh_summary_free(&runs[run]);
    free(runs);
    return status;
}
