/* The page of several runs side by side: which was best and worst, cost against error with the
 * frontier, paired differences, the P&L of each through time, all numbers in one table. Runs that
 * are studies of many paths have standard errors; a compare.json has paired ones.
 * Must not estimate anything itself: a difference without an error says so by having no whisker. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/file.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"
#include "report/report.h"

/* X(NAME, what people read) */
#define COLUMN_MAP(X)                                                                              \
    X(PNL, "P&L") X(PNL_SE, "standard error") X(DIFFERENCE, "difference") X(LOW, "from")           \
    X(HIGH, "to") X(COST, "cost") X(COST_SE, "standard error") X(ERROR, "error")                   \
    X(ERROR_SE, "standard error") X(FILLS, "fills") X(OBJECTIVE, "objective") X(REGRET, "regret")

#define X(name, words) name,
enum { COLUMN_MAP(X) COLUMNS };
#undef X
#define X(name, words) words,
static const char *const column_words[] = {COLUMN_MAP(X)};
#undef X

enum { CURVES = 10, STUDY_BYTES_MAX = 64 << 20 };

typedef struct side {
    rh_summary summary;
    rh_ledger ledger;           /* of the first CURVES runs on one grid; otherwise empty */
    const char *label;
    double values[COLUMNS];
} side;

typedef struct comparison {
    rh_page *page;
    side *sides;
    int count, baseline, best, worst;   /* by P&L; -1: none */
    bool studies;
    bool ranked;        /* runs whose compare.json has their errors in money */
    rh_json_doc *study;
    const char *objective;
} comparison;

/* --- reading ------------------------------------------------------------------------------- */

static void read_estimate(side *s, int column, rh_json block, const char *key, const char *se)
{
    double value = rh_summary_number(block, key);
    if (isnan(value)) return;
    s->values[column] = value;
    s->values[column + 1] = rh_summary_number(block, se);
}

static void read_values(side *s)
{
    rh_json root = rh_json_root(s->summary.doc);
    for (int k = 0; k < COLUMNS; k++) s->values[k] = (double)NAN;
    if (strcmp(s->summary.kind, "mc") == 0) {
        read_estimate(s, PNL, rh_summary_block(root, "pnl"), "mean", "se");
        read_estimate(s, COST, rh_summary_block(root, "cost"), "mean", "se");
        read_estimate(s, ERROR, rh_summary_block(root, "error"), "std", "std_se");
        s->values[FILLS] = rh_summary_number(rh_summary_block(root, "trades"), "mean");
    } else {
        s->values[PNL] = s->summary.pnl_total;
        s->values[COST] = s->summary.cost_total;
        s->values[ERROR] = s->summary.hedging[RH_HEDGING_rms_delta];
        s->values[FILLS] = s->summary.hedging[RH_HEDGING_fills];
    }
}

static rh_status read_side(comparison *c, int index, const char *dir, const char *label,
                           rh_error *error)
{
    char path[RH_PATH_MAX];
    side *s = &c->sides[index];
    const char *last = strrchr(dir, '/');
    s->label = label ? label : last && last[1] ? last + 1 : dir;
    RH_TRY(rh_page_path(path, dir, "summary.json", error));
    RH_TRY(rh_summary_read(&s->summary, path, error));
    read_values(s);
    bool is_study = strcmp(s->summary.kind, "mc") == 0;
    if (index > 0 && is_study != c->studies)
        return rh_fail(error, RH_INPUT, "%s: a run and a study of many paths cannot be compared",
                       dir);
    c->studies = is_study;
    RH_TRY(rh_page_input(path, dir, "ledger.csv", error));
    if (is_study || index >= CURVES || !rh_file_exists(path)) return RH_OK;
    return rh_ledger_read(&s->ledger, path, error);
}

static side *side_of(comparison *c, const char *label)
{
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->sides[i].label, label) == 0) return &c->sides[i];
    return NULL;
}

static rh_status read_study(comparison *c, const char *path, rh_error *error)
{
    rh_json runs;
    if (!path || !rh_file_exists(path)) return RH_OK;
    RH_TRY(rh_json_read(path, STUDY_BYTES_MAX, &c->study, error));
    rh_json root = rh_json_root(c->study);
    side *baseline = side_of(c, rh_summary_text(root, "baseline"));
    if (baseline) c->baseline = (int)(baseline - c->sides);
    c->objective = rh_summary_text(root, "objective");
    if (!rh_summary_find(root, "runs", RH_JSON_ARRAY, &runs)) return RH_OK;
    for (size_t i = 0; i < rh_json_count(runs); i++) {
        rh_json run = rh_json_at(runs, i), difference = rh_summary_block(run, "difference");
        side *s = side_of(c, rh_summary_text(run, "label"));
        if (!s) continue;
        c->ranked = !c->studies;
        read_estimate(s, PNL, rh_summary_block(run, "pnl"), "mean", "se");
        read_estimate(s, COST, rh_summary_block(run, "cost"), "mean", "se");
        read_estimate(s, ERROR, rh_summary_block(run, "error"), "mean", "se");
        s->values[DIFFERENCE] = rh_summary_number(difference, "mean");
        s->values[LOW] = rh_summary_number(difference, "low");
        s->values[HIGH] = rh_summary_number(difference, "high");
        s->values[OBJECTIVE] = rh_summary_number(run, "objective");
        s->values[REGRET] = rh_summary_number(run, "regret");
    }
    return RH_OK;
}

static void judge(comparison *c)
{
    double base = c->sides[c->baseline].values[PNL];
    c->best = c->worst = -1;
    for (int i = 0; i < c->count; i++) {
        double *values = c->sides[i].values;
        if (isnan(values[DIFFERENCE])) values[DIFFERENCE] = values[PNL] - base;
        if (isnan(values[PNL])) continue;
        if (c->best < 0 || values[PNL] > c->sides[c->best].values[PNL]) c->best = i;
        if (c->worst < 0 || values[PNL] < c->sides[c->worst].values[PNL]) c->worst = i;
    }
}

/* --- words --------------------------------------------------------------------------------- */

static void name(comparison *c, int index)
{
    rh_buffer_text(&c->page->out, "<b><bdi>");
    rh_html_text(&c->page->out, c->sides[index].label);
    rh_buffer_text(&c->page->out, "</bdi></b>");
}

/* The side with the least value of a column; -1: none has one. */
static int least(const comparison *c, int column)
{
    int found = -1;
    for (int i = 0; i < c->count; i++) {
        double value = c->sides[i].values[column];
        if (!isnan(value) && (found < 0 || value < c->sides[found].values[column])) found = i;
    }
    return found;
}

static void say_money(comparison *c, int index, int column)
{
    double value = c->sides[index].values[column];
    rh_page_money(c->page, value, rh_figure_decimals(fabs(value)));
}

static const char *error_words(const comparison *c)
{
    if (c->ranked) return "root of the summed squared changes of P&L before costs";
    return c->studies ? "standard deviation of P&L before costs" : "rms net delta";
}

static void headline(comparison *c)
{
    rh_page *page = c->page;
    rh_buffer *out = &page->out;
    const char *title = page->summary.name[0]
                            ? page->summary.name
                            : rh_summary_text(rh_json_root(page->summary.doc), "scenario");
    char from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    int cheap = least(c, COST), exact = least(c, ERROR);
    rh_page_open(page, title);
    rh_buffer_text(out, "<header>\n<h1><bdi>");
    rh_html_text(out, title);
    rh_buffer_printf(out, "</bdi></h1>\n<p class=\"sub\">%d policies side by side", c->count);
    if (page->summary.from[0]) {
        rh_buffer_text(out, "<span class=\"dot\"></span>");
        rh_html_text(out, rh_summary_moment(page->summary.from, from));
        rh_buffer_text(out, " to ");
        rh_html_text(out, rh_summary_moment(page->summary.to, to));
        rh_buffer_text(out, " UTC");
    }
    rh_buffer_text(out, "</p>\n<p class=\"lede\">");
    rh_page_book(page);
    if (c->best >= 0) {
        rh_buffer_text(out, "The best P&amp;L had ");
        name(c, c->best);
        rh_buffer_text(out, " with ");
        say_money(c, c->best, PNL);
        rh_buffer_text(out, ", the worst ");
        name(c, c->worst);
        rh_buffer_text(out, " with ");
        say_money(c, c->worst, PNL);
        rh_buffer_text(out, ". ");
    }
    if (cheap >= 0) {
        rh_buffer_text(out, "Cheapest to run was ");
        name(c, cheap);
        rh_buffer_text(out, " (");
        say_money(c, cheap, COST);
        rh_buffer_text(out, ")");
    }
    if (exact >= 0) {
        rh_buffer_text(out, cheap >= 0 ? "; closest to flat " : "Closest to flat was ");
        name(c, exact);
        rh_buffer_text(out, c->studies  ? " (standard deviation "
                            : c->ranked ? " (error "
                                        : " (rms net delta ");
        rh_page_short(page, c->sides[exact].values[ERROR], 4);
        rh_buffer_text(out, ")");
    }
    if (cheap >= 0 || exact >= 0) rh_buffer_text(out, ". ");
    if (!c->studies)
        rh_buffer_printf(out, "This is one history: %s, and another week may rank them otherwise. ",
                         least(c, LOW) >= 0
                             ? "the error bars are those of blocks of it against each other"
                             : "the differences have no error bars");
    rh_buffer_text(out, "</p>\n</header>\n<p class=\"keys hint\">Drag over a picture through time "
                        "to zoom, a double click shows all; a name switches its curve.</p>\n");
}

/* --- numbers and pictures ------------------------------------------------------------------ */

/* The chosen columns of all sides, in a new array. */
static double *take(comparison *c, const int *columns, int count, rh_frame *frame,
                    const char **labels)
{
    double *values = malloc((size_t)c->count * (size_t)count * sizeof *values);
    if (!values) {
        c->page->out.failed = true;
        return NULL;
    }
    for (int i = 0; i < c->count; i++) {
        labels[i] = c->sides[i].label;
        for (int k = 0; k < count; k++)
            values[i * count + k] = c->sides[i].values[columns[k]];
    }
    frame->rows = (size_t)c->count;
    frame->columns = count;
    frame->label_head = "policy";
    frame->labels = labels;
    frame->values = values;
    return values;
}

static void all_numbers(comparison *c)
{
    const char *labels[RH_REPORT_RUNS_MAX];
    int columns[COLUMNS];
    rh_frame frame = {.heading = "All numbers", .unit = c->page->summary.numeraire,
                      .about = c->studies ? "Means over the paths; error is the standard deviation "
                                            "of P&amp;L before costs."
                               : c->ranked ? "Error is the root of the summed squared changes of "
                                             "P&amp;L before costs, row by row of the ledger; "
                                             "difference is to the baseline."
                                           : "Error is the time-weighted rms net delta, in units "
                                             "of the asset; difference is to the first policy."};
    static_assert(COLUMNS <= RH_FRAME_COLUMNS_MAX, "a frame holds every column");
    for (int k = 0; k < COLUMNS; k++) {
        frame.heads[k] = column_words[k];
        columns[k] = k;
    }
    double *values = take(c, columns, COLUMNS, &frame, labels);
    if (values) rh_frame_put(c->page, &frame);
    free(values);
}

static void scatter(comparison *c)
{
    static const int columns[] = {COST, ERROR, COST_SE, ERROR_SE};
    const char *labels[RH_REPORT_RUNS_MAX];
    char cost[RH_NAME_MAX + 16];
    snprintf(cost, sizeof cost, "cost, %s", c->page->summary.numeraire);
    rh_frame frame = {.draw = "scatter", .heading = "Cost against error", .unit = "",
                      .about = "Left is cheaper, down is more exact: no other policy is both than "
                               "one on the frontier.",
                      .x = cost, .y = error_words(c),
                      .of = "policies", .height = 400, .keys = {"x", "y", "x_se", "y_se"},
                      .heads = {"cost", "error", "standard error of cost",
                                "standard error of error"}};
    double *values = take(c, columns, 4, &frame, labels);
    if (values && least(c, COST) >= 0 && least(c, ERROR) >= 0) rh_frame_put(c->page, &frame);
    free(values);
}

static void differences(comparison *c)
{
    static const int columns[] = {DIFFERENCE, LOW, HIGH};
    const char *labels[RH_REPORT_RUNS_MAX];
    char axis[2 * RH_NAME_MAX + 32];
    snprintf(axis, sizeof axis, "P&L less that of %.*s, %s", RH_NAME_MAX,
             c->sides[c->baseline].label, c->page->summary.numeraire);
    rh_frame frame = {.draw = "differences", .heading = "Paired differences of P&amp;L",
                      .unit = c->page->summary.numeraire,
                      .about = least(c, LOW) < 0 ? "On the same market."
                               : c->studies
                                   ? "Path by path on the same market, with confidence intervals."
                                   : "On the same tape; the intervals are those of blocks of rows "
                                     "of this one history.",
                      .x = axis, .height = 70 + 34 * c->count, .keys = {"value", "low", "high"},
                      .heads = {"difference", "from", "to"}};
    double *values = take(c, columns, 3, &frame, labels);
    if (values && least(c, DIFFERENCE) >= 0 && c->count > 1) rh_frame_put(c->page, &frame);
    free(values);
}

/* Only ledgers with the same rows share an axis. */
static void curves(comparison *c, const char *heading, const char *unit, const char *about,
                   int column)
{
    static const char *const colours[CURVES] = {"c1", "c2", "c3", "c4", "c7",
                                                "c6", "c8", "c0", "c9", "c5"};
    rh_time_figure f = {.draw = "lines", .heading = heading, .unit = unit, .about = about,
                        .height = 340, .zero = column == RH_LEDGER_PNL_TOTAL};
    for (int i = 0; i < c->count && i < CURVES; i++) {
        const rh_bins *bins = &c->sides[i].ledger.bins, *first = &c->sides[0].ledger.bins;
        if (bins->row_count == 0 || bins->row_count != first->row_count ||
            bins->from_ns != first->from_ns || bins->last_ns != first->last_ns ||
            column >= bins->columns)
            continue;
        rh_time_curve(&f, c->sides[i].label, colours[i], bins, column, RH_SAMPLE_EXTREMES, 1);
    }
    rh_time_figure_put(c->page, &f);
}

static void through_time(comparison *c)
{
    if (c->sides[0].ledger.bins.row_count == 0) return;
    c->page->ledger = c->sides[0].ledger;       /* the axis of the figures; lent */
    curves(c, "Cumulative P&amp;L", c->page->summary.numeraire,
           c->count > CURVES ? "Of the first ten, all costs paid." : "All costs paid.",
           RH_LEDGER_PNL_TOTAL);
    curves(c, "Cumulative cost", c->page->summary.numeraire, "Positive is lost.",
           RH_LEDGER_COST_TOTAL);
    for (int asset = 0; asset < c->page->ledger.assets; asset++) {
        rh_time_figure f = {.draw = "lines", .heading = "Spot", .height = 220,
                            .unit = c->page->ledger.names[asset], .about = "The same for all."};
        rh_time_curve(&f, "spot", "c0", &c->page->ledger.bins,
                      rh_ledger_of_asset(asset, RH_ASSET_SPOT), RH_SAMPLE_EXTREMES, 1);
        rh_time_figure_put(c->page, &f);
    }
}

static rh_status build(comparison *c, const char *const *dirs, const char *const *labels,
                       const char *study, rh_error *error)
{
    for (int i = 0; i < c->count; i++)
        RH_TRY(read_side(c, i, dirs[i], labels ? labels[i] : NULL, error));
    RH_TRY(read_study(c, study, error));
    judge(c);
    c->page->summary = c->sides[0].summary;     /* lent: what all have in common */
    headline(c);
    scatter(c);
    differences(c);
    all_numbers(c);
    through_time(c);
    rh_page_close(c->page);
    return RH_OK;
}

rh_status rh_report_compare(const char *const *dirs, const char *const *labels, int count,
                            const char *study, const char *path, rh_error *error)
{
    if (count < 1 || count > RH_REPORT_RUNS_MAX)
        return rh_fail(error, RH_INPUT, "found %d runs, expected 1 to %d", count,
                       RH_REPORT_RUNS_MAX);
    comparison c = {.page = rh_page_new(error), .count = count, .objective = ""};
    c.sides = calloc((size_t)count, sizeof *c.sides);
    rh_status status = c.page && c.sides ? RH_OK : rh_fail(error, RH_NO_MEMORY, "no memory");
    if (status == RH_OK) status = build(&c, dirs, labels, study, error);
    if (status == RH_OK) status = rh_page_write(c.page, path, error);
    if (c.page) {
        c.page->summary = (rh_summary){0};
        c.page->ledger = (rh_ledger){0};
    }
    rh_page_free(c.page);
    for (int i = 0; c.sides && i < count; i++) {
        rh_summary_free(&c.sides[i].summary);
        rh_ledger_free(&c.sides[i].ledger);
    }
    free(c.sides);
    rh_json_free(c.study);
    return status;
}
