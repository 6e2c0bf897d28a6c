/* The printed sweep: the best points by the objective, the frontier of cost against error, and for
 * a walk-forward what each window's best did on the next. Order is that of the study, ties too. */
#include "cli/sweep_out.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "report/number.h"

enum { SHOWN = 20, COLUMN = 13 };

typedef struct ranked {
    double objective;
    size_t index;
} ranked;

static int by_objective(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->objective < b->objective || a->objective > b->objective)
        return a->objective < b->objective ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static void put_number(FILE *out, double value, int decimals)
{
    char text[RH_FIGURE_TEXT];
    rh_figure_text(text, value, decimals);
    fprintf(out, " %*s", COLUMN - 1, isnan(value) ? "-" : text);
}

static void put_value(FILE *out, const char *text)
{
    char shown[RH_FIGURE_TEXT];
    double value;
    if (rh_parse_double(text, &value)) {
        rh_figure_short(shown, value, 6);
        fprintf(out, " %*s", COLUMN - 1, shown);
    } else {
        char safe[4 * RH_NAME_MAX];
        rh_text_escape(safe, sizeof safe, text, strlen(text));
        fprintf(out, " %*.*s", COLUMN - 1, 3 * COLUMN, safe);
    }
}

static int decimals_of(const rh_sweep_result *result)
{
    double largest = 0.0;
    for (size_t w = 0; w < result->windows; w++)
        for (size_t i = 0; i < result->points; i++) {
            const rh_sweep_point *p = &result->window[w].points[i];
            if (!p->refused && fabs(p->outcome.pnl) > largest) largest = fabs(p->outcome.pnl);
            if (!p->refused && fabs(p->outcome.cost) > largest) largest = fabs(p->outcome.cost);
        }
    return rh_figure_decimals(largest);
}

static void put_heading(const rh_sweep_request *r, FILE *out)
{
    for (size_t a = 0; a < r->axis_count; a++)
        fprintf(out, " %*.*s", COLUMN - 1, 3 * COLUMN, r->axes[a].name);
    fprintf(out, " %*s %*s %*s %*s %*s\n", COLUMN - 1, "objective", COLUMN - 1, "cost",
            COLUMN - 1, "error", COLUMN - 1, "P&L", 9, "fills");
}

static void put_point(const rh_sweep_request *r, const rh_sweep_point *p, int decimals, FILE *out)
{
    for (size_t a = 0; a < r->axis_count; a++) put_value(out, p->values[a]);
    put_number(out, p->objective, decimals);
    put_number(out, p->outcome.cost, decimals);
    put_number(out, p->outcome.error, decimals);
    put_number(out, p->outcome.pnl, decimals);
    fprintf(out, " %9.0f", p->outcome.fills);
}

/* The best SHOWN, in order; what is on the frontier is marked. */
static void put_window(const rh_sweep_request *r, const rh_sweep_result *result,
                       const rh_sweep_window *window, int decimals, FILE *out)
{
    ranked *order = calloc(result->points, sizeof *order);
    size_t good = 0;
    if (!order) return;
    for (size_t i = 0; i < result->points; i++) {
        if (!isnan(window->points[i].objective))
            order[good++] = (ranked){window->points[i].objective, i};
    }
    if (good > 0) qsort(order, good, sizeof *order, by_objective);
    put_heading(r, out);
    for (size_t n = 0; n < good && n < SHOWN; n++) {
        const rh_sweep_point *p = &window->points[order[n].index];
        put_point(r, p, decimals, out);
        fputs(p->frontier ? "  frontier\n" : "\n", out);
    }
    if (good > SHOWN) fprintf(out, " ... and %zu more; --json or --out has all\n", good - SHOWN);
    if (good < result->points)
        fprintf(out, " %zu points gave no result: refused, or the policy was killed\n",
                result->points - good);
    free(order);
}

static void put_walk(const rh_sweep_request *r, const rh_sweep_result *result, int decimals,
                     FILE *out)
{
    rh_outcome sum = {0};
    fprintf(out, "walk-forward: the best of each window, judged on the next\n%-22s", "judged from");
    put_heading(r, out);
    for (size_t w = 0; w < result->windows; w++) {
        const rh_sweep_window *window = &result->window[w];
        char from[RH_TIME_TEXT];
        rh_moment_text(from, window->middle_ns, 0);
        fprintf(out, "%-22s", from);
        if (!window->is_judged) {
            fputs(" no point was any good\n", out);
            continue;
        }
        put_point(r, &window->judged, decimals, out);
        fputc('\n', out);
        sum.pnl += window->judged.outcome.pnl;
        sum.cost += window->judged.outcome.cost;
        sum.error += window->judged.outcome.error * window->judged.outcome.error;
    }
    fprintf(out, "%-22s", "all, out of sample");
    for (size_t a = 0; a < r->axis_count + 1; a++) fprintf(out, " %*s", COLUMN - 1, "");
    put_number(out, sum.cost, decimals);
    put_number(out, sqrt(sum.error), decimals);
    put_number(out, sum.pnl, decimals);
    fputc('\n', out);
}

void rh_sweep_print(const rh_sweep_request *r, const rh_sweep_result *result, FILE *out)
{
    int decimals = decimals_of(result);
    fprintf(out, "%zu points", result->points);
    if (result->resumed > 0) fprintf(out, ", %zu of them from the file", result->resumed);
    fprintf(out, "; smaller is better: %s", r->objective->about);
    if (r->objective->uses_lambda) {
        char lambda[RH_NUMBER_TEXT];
        rh_text_double(lambda, r->lambda);
        fprintf(out, ", lambda %s", lambda);
    }
    fputc('\n', out);
    if (r->judge_ns > 0) {
        put_walk(r, result, decimals, out);
    } else {
        put_window(r, result, &result->window[0], decimals, out);
    }
}

/* --- JSON ---------------------------------------------------------------------------------- */

static void json_values(const rh_sweep_request *r, const rh_sweep_point *p, rh_json_writer *w)
{
    rh_json_open(w, "params", '{');
    for (size_t a = 0; a < r->axis_count; a++) {
        double value;
        if (rh_parse_double(p->values[a], &value)) {
            rh_json_put_double(w, r->axes[a].name, value);
        } else {
            rh_json_put_text(w, r->axes[a].name, p->values[a]);
        }
    }
    rh_json_close(w, '}');
}

static void json_point(const rh_sweep_request *r, const rh_sweep_point *p, rh_json_writer *w)
{
    json_values(r, p, w);
    rh_json_put_text(w, "status", p->refused                 ? "refused"
                                  : p->outcome.policy_failed ? "killed"
                                                             : "ok");
    if (p->message[0]) rh_json_put_text(w, "message", p->message);
    if (p->refused) return;
    rh_json_put_double(w, "objective", p->objective);
    rh_json_put_bool(w, "frontier", p->frontier);
#define X(name) rh_json_put_double(w, #name, p->outcome.name);
    RH_OUTCOME_MAP(X)
#undef X
    rh_json_put_text(w, "digest", p->outcome.digest);
}

static void json_walk(const rh_sweep_request *r, const rh_sweep_result *result, rh_json_writer *w)
{
    rh_json_open(w, "walk_forward", '[');
    for (size_t n = 0; n < result->windows && r->judge_ns > 0; n++) {
        const rh_sweep_window *window = &result->window[n];
        const int64_t times[3] = {window->from_ns, window->middle_ns, window->to_ns};
        static const char *const names[3] = {"fit_from", "judge_from", "judge_to"};
        rh_json_open(w, NULL, '{');
        for (int t = 0; t < 3; t++) {
            char text[RH_TIME_TEXT];
            rh_text_time(text, times[t]);
            rh_json_put_text(w, names[t], text);
        }
        if (window->is_judged) {
            rh_json_put_double(w, "fitted_objective", window->points[window->best].objective);
            json_point(r, &window->judged, w);
        }
        rh_json_close(w, '}');
    }
    rh_json_close(w, ']');
}

void rh_sweep_json(const rh_sweep_request *r, const rh_sweep_result *result, rh_buffer *out)
{
    rh_json_writer w = {.out = out, .pretty = true};
    rh_json_open(&w, NULL, '{');
    rh_json_put_text(&w, "kind", "sweep");
    rh_json_open(&w, "objective", '{');
    rh_json_put_text(&w, "name", r->objective->name);
    if (r->objective->uses_lambda) rh_json_put_double(&w, "lambda", r->lambda);
    rh_json_close(&w, '}');
    rh_json_put_i64(&w, "paths", (int64_t)r->paths);
    rh_json_open(&w, "params", '[');
    for (size_t a = 0; a < r->axis_count; a++) rh_json_put_text(&w, NULL, r->axes[a].name);
    rh_json_close(&w, ']');
    rh_json_open(&w, "points", '[');
    for (size_t n = 0; n < result->windows; n++) {
        for (size_t i = 0; i < result->points; i++) {
            rh_json_open(&w, NULL, '{');
            rh_json_put_i64(&w, "window", (int64_t)n);
            json_point(r, &result->window[n].points[i], &w);
            rh_json_close(&w, '}');
        }
    }
    rh_json_close(&w, ']');
    if (r->judge_ns == 0 && result->window[0].best < result->points) {
        rh_json_open(&w, "best", '{');
        json_point(r, &result->window[0].points[result->window[0].best], &w);
        rh_json_close(&w, '}');
    }
    json_walk(r, result, &w);
    rh_json_put_i64(&w, "computed", (int64_t)result->computed);
    rh_json_put_i64(&w, "resumed", (int64_t)result->resumed);
    rh_json_close(&w, '}');
    rh_buffer_text(out, "\n");
}
