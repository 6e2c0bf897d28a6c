/* The sweep: points are enumerated, those that the database has are taken from it, the others run
 * in groups, each group kept in one transaction. Knows neither threads nor terminals.
 * Invariant: a point's result depends on its values, its window and the base request alone. */
#include "study/sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "data/json.h"
#include "study/sweep_inputs.h"
#include "study/sweep_store.h"

#define SETS_MAX (256 + RH_AXES_MAX)
#define SET_BYTES (2 * RH_NAME_MAX + 16)
#define PARAMS_BYTES (RH_AXES_MAX * 4 * RH_NAME_MAX)

typedef struct sweep {
    const rh_sweep_request *request;
    rh_sweep_result *result;
    rh_database *store;
    const rh_sweep_window *window; /* of the points being run; NULL: the whole clock */
    bool judge;
    rh_sweep_point **group; /* points being run together, and what became of them */
    rh_status *status;
    size_t group_count;
} sweep;

/* --- points -------------------------------------------------------------------------------- */

static void put_values(const rh_sweep_request *r, size_t index, rh_sweep_point *point)
{
    if (r->random_points == 0) { /* the last axis runs fastest */
        for (size_t a = r->axis_count; a-- > 0;) {
            rh_axis_value(&r->axes[a], index % r->axes[a].count, point->values[a]);
            index /= r->axes[a].count;
        }
        return;
    }
    rh_stream stream; /* of the search, not of the market: the same points whatever the seed */
    rh_stream_init(&stream, 0, (uint32_t)index, RH_PURPOSE_POLICY);
    for (size_t a = 0; a < r->axis_count; a++) {
        rh_axis_draw(&r->axes[a], rh_stream_uniform(&stream), point->values[a]);
    }
}

static rh_status make_point(const rh_sweep_request *r, rh_sweep_point *point, rh_error *error)
{
    point->values = calloc(r->axis_count, sizeof *point->values);
    return point->values ? RH_OK : rh_fail(error, RH_NO_MEMORY, "no memory for the points");
}

static rh_status count_points(const rh_sweep_request *r, size_t *count, rh_error *error)
{
    *count = r->random_points > 0 ? r->random_points : 1;
    for (size_t a = 0; a < r->axis_count && r->random_points == 0; a++) {
        *count *= r->axes[a].count;
        if (*count > RH_SWEEP_POINTS_MAX) break;
    }
    for (size_t a = 0; a < r->axis_count; a++)
        for (size_t b = 0; b < a; b++)
            if (!strcmp(r->axes[a].name, r->axes[b].name))
                return rh_fail(error, RH_USAGE, "%s is varied twice", r->axes[a].name);
    if (*count <= RH_SWEEP_POINTS_MAX) return RH_OK;
    return rh_fail(error, RH_USAGE, "more than %d points", RH_SWEEP_POINTS_MAX);
}

static void params_text(const rh_sweep_request *r, const rh_sweep_point *point, rh_buffer *out)
{
    rh_json_writer w = {.out = out};
    rh_buffer_clear(out);
    rh_json_open(&w, NULL, '{');
    for (size_t a = 0; a < r->axis_count; a++)
        rh_json_put_text(&w, r->axes[a].name, point->values[a]);
    rh_json_close(&w, '}');
}

/* --- one run ------------------------------------------------------------------------------- */

static rh_status run_with(const sweep *s, const rh_sweep_point *point, rh_outcome *outcome,
                          rh_buffer *inputs, rh_error *error)
{
    const rh_sweep_request *r = s->request;
    const char *sets[SETS_MAX];
    char set[RH_AXES_MAX][SET_BYTES], from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    rh_run_request one = r->base;
    one.out_dir = NULL;
    one.progress = NULL;
    one.sets = sets;
    memcpy(sets, r->base.sets, (size_t)r->base.set_count * sizeof *sets);
    for (size_t a = 0; a < r->axis_count; a++) {
        const char *name = r->axes[a].name;
        bool var = strncmp(name, "vars.", 5) == 0;
        snprintf(set[a], SET_BYTES, "%s%s=%s", var ? "" : "policy.", var ? name + 5 : name,
                 point->values[a]);
        sets[one.set_count++] = set[a];
    }
    if (s->window) {
        rh_text_time(from, s->judge ? s->window->middle_ns : s->window->from_ns);
        rh_text_time(to, s->judge ? s->window->to_ns : s->window->middle_ns);
        one.from = from;
        one.to = to;
    }
    return rh_sweep_evaluate(r, &one, outcome, inputs, error);
}

static rh_status run_point(void *argument, size_t index)
{
    sweep *s = argument;
    rh_sweep_point *point = s->group[index];
    rh_error error = {0};
    const volatile int *stop = s->request->base.stop;
    s->status[index] = stop && *stop ? RH_INTERRUPTED
                                     : run_with(s, point, &point->outcome, NULL, &error);
    point->refused = s->status[index] != RH_OK;
    if (point->refused) {
        point->outcome = (rh_outcome){.policy_failed = true};
        snprintf(point->message, sizeof point->message, "%.250s", error.message);
    }
    return s->status[index] == RH_INTERRUPTED ? RH_INTERRUPTED : RH_OK;
}

/* Runs the group and keeps what is done of it, also when it was interrupted. */
static rh_status run_group(sweep *s, size_t window, rh_error *error)
{
    const rh_sweep_request *r = s->request;
    rh_buffer params = {0};
    rh_status status = RH_OK;
    if (r->parallel && r->paths == 0) {
        status = r->parallel(r->parallel_context, s->group_count, run_point, s);
    } else {
        for (size_t i = 0; i < s->group_count; i++) {
            rh_status one = run_point(s, i);
            if (status == RH_OK) status = one;
        }
    }
    rh_status kept = rh_sweep_store_begin(s->store, error);
    for (size_t i = 0; i < s->group_count && kept == RH_OK; i++) {
        if (s->status[i] == RH_INTERRUPTED) continue;
        params_text(r, s->group[i], &params);
        const rh_sweep_key key = {window, s->judge, params.bytes};
        kept = rh_sweep_store_put(s->store, &key, s->group[i], r->axis_count, error);
        s->result->computed++;
    }
    if (kept == RH_OK) kept = rh_sweep_store_end(s->store, error);
    s->group_count = 0;
    rh_buffer_free(&params);
    if (kept != RH_OK) return kept;
    return status == RH_OK ? RH_OK : rh_fail(error, status, "%s", rh_status_text(status));
}

/* A point joins the group unless the database has it. */
static rh_status want(sweep *s, size_t window, rh_sweep_point *point, rh_error *error)
{
    rh_buffer params = {0};
    bool found = false;
    params_text(s->request, point, &params);
    const rh_sweep_key key = {window, s->judge, params.bytes};
    rh_status status = params.failed
                           ? rh_fail(error, RH_NO_MEMORY, "no memory for a point")
                           : rh_sweep_store_find(s->store, &key, point, &found, error);
    rh_buffer_free(&params);
    RH_TRY(status);
    if (found) return RH_OK;
    s->group[s->group_count++] = point;
    return s->group_count < s->request->together ? RH_OK : run_group(s, window, error);
}

/* --- windows ------------------------------------------------------------------------------- */

static void judge_points(const rh_sweep_request *r, size_t count, rh_sweep_window *window)
{
    window->best = count;
    for (size_t i = 0; i < count; i++) {
        rh_sweep_point *p = &window->points[i];
        bool good = !p->refused && !p->outcome.policy_failed;
        p->objective = good ? r->objective->value(&p->outcome, r->lambda) : (double)NAN;
        if (isnan(p->objective)) continue;
        if (window->best == count || p->objective < window->points[window->best].objective)
            window->best = i;
    }
}

static rh_status mark_frontier(size_t count, rh_sweep_window *window, rh_error *error)
{
    rh_outcome *outcomes = calloc(count, sizeof *outcomes);
    bool *marks = calloc(count, sizeof *marks);
    rh_status status = outcomes && marks ? RH_OK
                                         : rh_fail(error, RH_NO_MEMORY, "no memory for a frontier");
    for (size_t i = 0; i < count && status == RH_OK; i++)
        outcomes[i] = window->points[i].outcome;
    if (status == RH_OK) status = rh_objective_frontier(outcomes, count, marks, error);
    for (size_t i = 0; i < count && status == RH_OK; i++)
        window->points[i].frontier = marks[i];
    free(outcomes);
    free(marks);
    return status;
}

static rh_status run_judge(sweep *s, size_t number, rh_sweep_window *window, rh_error *error)
{
    const rh_sweep_request *r = s->request;
    if (s->window == NULL || window->best == s->result->points) return RH_OK;
    RH_TRY(make_point(r, &window->judged, error));
    memcpy(window->judged.values, window->points[window->best].values,
           r->axis_count * sizeof *window->judged.values);
    s->judge = true;
    rh_status status = want(s, number, &window->judged, error);
    if (status == RH_OK && s->group_count > 0) status = run_group(s, number, error);
    s->judge = false;
    RH_TRY(status);
    window->is_judged = !window->judged.refused && !window->judged.outcome.policy_failed;
    window->judged.objective = window->is_judged
                                   ? r->objective->value(&window->judged.outcome, r->lambda)
                                   : (double)NAN;
    return RH_OK;
}

static rh_status run_window(sweep *s, size_t number, rh_error *error)
{
    const rh_sweep_request *r = s->request;
    rh_sweep_window *window = &s->result->window[number];
    s->window = window->to_ns > 0 ? window : NULL;
    window->points = calloc(s->result->points, sizeof *window->points);
    if (!window->points) return rh_fail(error, RH_NO_MEMORY, "no memory for the points");
    for (size_t i = 0; i < s->result->points; i++) {
        RH_TRY(make_point(r, &window->points[i], error));
        put_values(r, i, &window->points[i]);
        RH_TRY(want(s, number, &window->points[i], error));
        if (!r->progress) continue;
        size_t done = number * s->result->points + i + 1;
        r->progress(r->progress_context, done, s->result->windows * s->result->points);
    }
    if (s->group_count > 0) RH_TRY(run_group(s, number, error));
    judge_points(r, s->result->points, window);
    RH_TRY(mark_frontier(s->result->points, window, error));
    if (s->window) RH_TRY(rh_sweep_store_window(s->store, number, window, error));
    return run_judge(s, number, window, error);
}

/* Windows of a walk-forward one after the other: fit, judge on the next stretch, move on by it. */
static rh_status make_windows(const rh_sweep_request *r, int64_t from_ns, int64_t to_ns,
                              rh_sweep_result *result, rh_error *error)
{
    size_t count = 1;
    bool walks = r->judge_ns > 0;
    if (walks) {
        int64_t room = to_ns - from_ns;
        count = room < r->fit_ns + r->judge_ns
                    ? 0 : (size_t)((room - r->fit_ns) / r->judge_ns);
    }
    if (count == 0 || count > RH_SWEEP_WINDOWS_MAX) {
        return rh_fail(error, RH_USAGE, "walk-forward: the clock has room for %zu windows, "
                       "expected 1 to %d", count, RH_SWEEP_WINDOWS_MAX);
    }
    result->window = calloc(count, sizeof *result->window);
    if (!result->window) return rh_fail(error, RH_NO_MEMORY, "no memory for the windows");
    result->windows = count;
    for (size_t w = 0; w < count && walks; w++) {
        rh_sweep_window *window = &result->window[w];
        window->from_ns = from_ns + (int64_t)w * r->judge_ns;
        window->middle_ns = window->from_ns + r->fit_ns;
        window->to_ns = window->middle_ns + r->judge_ns;
    }
    return RH_OK;
}

/* --- the whole ----------------------------------------------------------------------------- */

/* The first point, over the whole clock: nonsense shows here, and it says what is being swept. */
static rh_status first_run(sweep *s, rh_sweep_inputs *inputs, rh_error *error)
{
    const rh_sweep_request *r = s->request;
    rh_sweep_point first = {0};
    rh_buffer text = {0};
    RH_TRY(make_point(r, &first, error));
    put_values(r, 0, &first);
    rh_status status = run_with(s, &first, &first.outcome, &s->result->inputs, error);
    if (status == RH_OK) status = rh_sweep_read_inputs(r, &s->result->inputs, inputs, error);
    if (status == RH_OK)
        status = rh_sweep_store_open(r->database, r->axes, r->axis_count, inputs->facts,
                                     inputs->count, &s->store, error);
    if (status == RH_OK && r->judge_ns == 0) { /* it is a result, or it must be the one kept */
        rh_sweep_point kept = {.values = first.values};
        bool found = false;
        params_text(r, &first, &text);
        const rh_sweep_key key = {0, false, text.bytes};
        status = rh_sweep_store_find(s->store, &key, &kept, &found, error);
        if (status == RH_OK && found && strcmp(kept.outcome.digest, first.outcome.digest) != 0) {
            status = rh_fail(error, RH_INPUT, "%s: its results are not those of this program: the "
                             "digest of %s was %s and is %s", r->database ? r->database : "",
                             text.bytes, kept.outcome.digest, first.outcome.digest);
        }
        if (status == RH_OK && !found) {
            status = rh_sweep_store_put(s->store, &key, &first, r->axis_count, error);
            s->result->computed++; /* the window will find it */
        }
    }
    rh_buffer_free(&text);
    free(first.values);
    return status;
}

rh_status rh_sweep(const rh_sweep_request *request, rh_sweep_result *result, rh_error *error)
{
    sweep s = {.request = request, .result = result};
    rh_sweep_inputs inputs = {0};
    *result = (rh_sweep_result){0};
    RH_ASSERT(request->axis_count >= 1 && request->axis_count <= RH_AXES_MAX);
    RH_ASSERT(request->together >= 1 && request->base.set_count + RH_AXES_MAX <= SETS_MAX);
    if (request->objective->needs_paths && request->paths == 0)
        return rh_fail(error, RH_USAGE, "the objective %s needs --paths", request->objective->name);
    if (request->judge_ns > 0 && request->paths > 0)
        return rh_fail(error, RH_USAGE, "a walk-forward is for tapes: simulated paths have no next "
                                        "window");
    RH_TRY(count_points(request, &result->points, error));
    s.group = calloc(request->together, sizeof *s.group);
    s.status = calloc(request->together, sizeof *s.status);
    rh_status status = s.group && s.status ? first_run(&s, &inputs, error)
                                           : rh_fail(error, RH_NO_MEMORY, "no memory for a sweep");
    if (status == RH_OK)
        status = make_windows(request, inputs.from_ns, inputs.to_ns, result, error);
    size_t wanted = 0;
    for (size_t w = 0; w < result->windows && status == RH_OK; w++) {
        status = run_window(&s, w, error);
        wanted += result->points + (result->window[w].judged.values ? 1 : 0);
    }
    if (status == RH_OK) result->resumed = wanted - result->computed;
    rh_sweep_inputs_free(&inputs);
    rh_database_close(s.store);
    free(s.group);
    free(s.status);
    if (status != RH_OK) rh_sweep_free(result);
    return status;
}

void rh_sweep_free(rh_sweep_result *result)
{
    for (size_t w = 0; w < result->windows; w++) {
        rh_sweep_window *window = &result->window[w];
        for (size_t i = 0; window->points && i < result->points; i++)
            free(window->points[i].values);
        free(window->points);
        free(window->judged.values);
    }
    free(result->window);
    rh_buffer_free(&result->inputs);
    *result = (rh_sweep_result){0};
}
