/* Rankings over paths made for this test: paired errors of every objective against a jackknife that
 * leaves out one unit at a time, places, frontier, refusals. The fake takes the place of the
 * engine's paths at link time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "math/random.h"
#include "study/ranking.h"

/* --- the fake: "a" .. "d" are policies of one market, "bad" is refused, "stops" interrupted --- */

static volatile int stop;

struct rh_paths {
    char policy;
    rh_paths_options options;
};

rh_status rh_paths_open(const rh_run_request *request, const rh_paths_options *options,
                        rh_paths **paths, rh_error *error)
{
    if (strcmp(request->policy, "stops") == 0) stop = 1;
    if (strcmp(request->policy, "bad") == 0) return rh_fail(error, RH_POLICY, "bad.lua:1: no");
    *paths = calloc(1, sizeof **paths);
    (*paths)->policy = request->policy[0];
    (*paths)->options = *options;
    return RH_OK;
}

/* a: a market's P&L. b: a little less error for a little more cost. c: worse in both. d: as a. */
static void make_path(char policy, const rh_paths_options *options, uint32_t path,
                      rh_path_result *r)
{
    rh_stream stream;
    memset(r, 0, sizeof *r);
    rh_stream_init(&stream, 9, options->antithetic ? path / 2 : path, 0);
    double z = rh_stream_normal(&stream), other = rh_stream_normal(&stream);
    if (options->antithetic && path % 2) z = -z;
    double size = policy == 'b' ? 0.8 : policy == 'c' ? 1.3 : 1.0;
    r->cost[RH_COST_fee] = (policy == 'b' ? 0.30 : policy == 'c' ? 0.35 : 0.2) + 0.02 * z * z;
    r->pnl = 0.1 + size * (z + 0.2 * z * z) + 0.1 * other * size - r->cost[RH_COST_fee];
    r->killed = policy == 'c' && path == 40;
}

rh_status rh_paths_run(rh_paths *paths, uint32_t first, uint32_t count, rh_path_result *results,
                       rh_error *error)
{
    (void)error;
    for (uint32_t i = 0; i < count; i++) {
        make_path(paths->policy, &paths->options, first + i, &results[i]);
    }
    return RH_OK;
}

const char *rh_paths_kill_message(const rh_paths *paths)
{
    (void)paths;
    return "dead";
}

int rh_paths_series(const rh_paths *paths, const char *names[RH_PATH_SERIES_MAX])
{
    (void)paths;
    (void)names;
    return 0;
}

bool rh_paths_in_blocks(const rh_paths *paths)
{
    (void)paths;
    return false;
}

rh_status rh_paths_describe(const rh_paths *paths, rh_buffer *json, rh_error *error)
{
    (void)paths;
    (void)error;
    rh_buffer_text(json, "{}");
    return RH_OK;
}

void rh_paths_close(rh_paths *paths)
{
    free(paths);
}

/* --- tests --------------------------------------------------------------------------------- */

static rh_ranking_request request_of(const char *objective, const char *const *policies,
                                     size_t count, uint64_t paths)
{
    rh_ranking_request request = {
        .study = {.run = {.scenario_path = "fake"}, .paths = paths, .risk_aversion = 0.7,
                  .workers = 1},
        .policies = policies, .count = count, .lambda = 0.4};
    assert_int_equal(rh_objective_find(objective, &request.objective, NULL), RH_OK);
    return request;
}

static const rh_contestant *best_of(const rh_contestant *contestants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (contestants[i].place == 0) return &contestants[i];
    }
    return NULL;
}

enum { PATHS = 1000 };

/* Paths from the worst P&L on. */
static void sort_paths(const rh_contestant *c, size_t *order)
{
    for (size_t i = 0; i < c->result.paths; i++) {
        size_t at = i;
        for (; at > 0 && c->result.pnl[order[at - 1]] > c->result.pnl[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

/* The objective of a policy over all paths but those of one unit, by the definitions. */
static double objective_without(const rh_ranking_request *request, const rh_contestant *c,
                                const size_t *order, size_t left_out)
{
    double n = 0, pnl = 0, cost = 0, weight = 0, square = 0, worst = 0;
    double a = c->result.risk_aversion;
    size_t unit = c->result.unit;
    for (size_t i = 0; i < c->result.paths; i++) {
        if (i / unit == left_out) continue;
        n++;
        pnl += c->result.pnl[i];
        cost += c->result.cost[i];
        weight += exp(-a * c->result.pnl[i]);
    }
    for (size_t i = 0; i < c->result.paths; i++) {
        if (i / unit == left_out) continue;
        square += pow(c->result.pnl[i] + c->result.cost[i] - (pnl + cost) / n, 2);
    }
    double tail = 0.05 * n;
    for (size_t i = 0; tail > 0; i++) {
        if (order[i] / unit == left_out) continue;
        worst += fmin(tail, 1) * c->result.pnl[order[i]];
        tail -= 1;
    }
    rh_outcome outcome = {.pnl = pnl / n, .cost = cost / n, .error = sqrt(square / (n - 1)),
                          .es95 = -worst / (0.05 * n),
                          .certainty_equivalent = -log(weight / n) / a};
    return request->objective->value(&outcome, request->lambda);
}

/* sqrt((m - 1) / m sum (x_-u - mean)^2), the jackknife's error of a difference (Efron 1979). */
static double jackknife(const rh_ranking_request *request, const rh_contestant *a,
                        const rh_contestant *b)
{
    static double left[PATHS];
    static size_t order[2][PATHS];
    size_t units = a->result.paths / a->result.unit;
    double mean = 0, square = 0, m = (double)units;
    sort_paths(a, order[0]);
    if (b) sort_paths(b, order[1]);
    for (size_t u = 0; u < units; u++) {
        left[u] = objective_without(request, a, order[0], u) -
                  (b ? objective_without(request, b, order[1], u) : 0);
        mean += left[u] / m;
    }
    for (size_t u = 0; u < units; u++) square += (left[u] - mean) * (left[u] - mean);
    return sqrt(square * (m - 1) / m);
}

static void close_to(const char *what, double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected))) {
        fail_msg("%s: found %.9g, expected %.9g", what, found, expected);
    }
}

static void errors_are_those_of_a_jackknife(const char *objective, bool antithetic)
{
    static const char *const policies[] = {"a", "b", "c"};
    rh_contestant contestants[3] = {{.place = 0}};
    rh_error error = {0};
    rh_ranking_request request = request_of(objective, policies, 3, PATHS);
    request.study.options.antithetic = antithetic;
    if (rh_ranking(&request, contestants, &error) != RH_OK) fail_msg("%s", error.message);
    const rh_contestant *best = best_of(contestants, 3);
    for (size_t i = 0; i < 3; i++) {
        const rh_contestant *c = &contestants[i];
        static size_t order[PATHS];
        sort_paths(c, order);
        close_to(objective, c->objective.value, objective_without(&request, c, order, SIZE_MAX),
                 1e-12);
        close_to(objective, c->objective.se, jackknife(&request, c, NULL), 0.05);
        close_to(objective, c->regret.value, c->objective.value - best->objective.value, 1e-12);
        assert_true(c->regret.value >= 0);
        if (c == best) continue;
        close_to(objective, c->regret.se, jackknife(&request, c, best), 0.05);
        assert_true(c->regret.se < c->objective.se); /* they share the market */
    }
    rh_ranking_free(contestants, 3);
}

static void every_objective(void **state)
{
    (void)state;
    for (const rh_objective *o = rh_objectives; o->name; o++) {
        errors_are_those_of_a_jackknife(o->name, false);
        errors_are_those_of_a_jackknife(o->name, true);
    }
}

static void places_and_frontier(void **state)
{
    static const char *const policies[] = {"c", "a", "bad", "b", "d"};
    rh_contestant contestants[5] = {{.place = 0}};
    rh_ranking_request request = request_of("error", policies, 5, 2000);
    (void)state;
    request.baseline = 1;
    assert_int_equal(rh_ranking(&request, contestants, NULL), RH_OK);
    /* b has the least error; a and d are the same, in the order given; bad comes last */
    const size_t places[] = {3, 1, 4, 0, 2};
    for (size_t i = 0; i < 5; i++) assert_int_equal(contestants[i].place, places[i]);
    assert_true(contestants[3].frontier && contestants[1].frontier);
    assert_false(contestants[0].frontier || contestants[2].frontier);
    assert_int_equal(contestants[2].status, RH_POLICY);
    assert_non_null(strstr(contestants[2].error.message, "bad.lua:1"));
    assert_true(isnan(contestants[2].objective.value) && isnan(contestants[2].regret.value));
    assert_true(contestants[0].outcome.policy_failed && !contestants[1].outcome.policy_failed);
    /* the same policy twice: no difference, and no doubt about it */
    assert_true(contestants[4].difference.value == 0 && contestants[4].difference.se == 0);
    assert_true(contestants[1].difference.value == 0);
    /* b against a: 0.1 of cost, a fifth of 0.2 E z^2 */
    rh_estimate difference = contestants[3].difference;
    assert_true(fabs(difference.value - (-0.1 - 0.2 * 0.2)) < 4 * difference.se);
    assert_true(difference.se < 0.5 * contestants[3].outcome.pnl_se);
    rh_ranking_free(contestants, 5);
}

static void a_study_alone_is_the_same(void **state)
{
    static const char *const policies[] = {"a", "b"}, *const labels[] = {"first", NULL};
    rh_contestant contestants[2] = {{.place = 0}};
    rh_ranking_request request = request_of("pnl", policies, 2, 1000);
    rh_mc_result alone;
    (void)state;
    request.labels = labels;
    assert_int_equal(rh_ranking(&request, contestants, NULL), RH_OK);
    assert_string_equal(contestants[0].label, "first");
    assert_string_equal(contestants[1].label, "b");
    request.study.run.policy = "b";
    assert_int_equal(rh_mc_run(&request.study, &alone, NULL), RH_OK);
    assert_string_equal(alone.digest, contestants[1].outcome.digest);
    assert_true(alone.pnl_stats.es95.se == contestants[1].outcome.es95_se);
    rh_mc_result_free(&alone);
    rh_ranking_free(contestants, 2);
}

/* What is whole when a person ends it is ranked; the rest says that it is not there. */
static void interrupted(void **state)
{
    static const char *const policies[] = {"c", "b", "stops", "a"};
    rh_contestant contestants[4] = {{.place = 0}};
    rh_error error = {0};
    (void)state;
    rh_ranking_request request = request_of("error", policies, 4, 1000);
    request.study.run.stop = &stop;
    stop = 0;
    assert_int_equal(rh_ranking(&request, contestants, &error), RH_OK);
    const size_t places[] = {1, 0, 2, 3};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(contestants[i].place, places[i]);
        assert_int_equal(contestants[i].status, i < 2 ? RH_OK : RH_INTERRUPTED);
    }
    assert_int_equal(contestants[1].result.paths, 1000);
    assert_true(contestants[1].difference.se > 0);
    rh_ranking_free(contestants, 4);
    memset(contestants, 0, sizeof contestants);
    request.policies = policies + 1; /* one alone is no comparison */
    request.count = 3;
    stop = 0;
    assert_int_equal(rh_ranking(&request, contestants, &error), RH_INTERRUPTED);
    rh_ranking_free(contestants, 3);
}

static void requests_without_sense(void **state)
{
    static const char *const policies[] = {"a"};
    rh_contestant contestants[1] = {{.place = 0}};
    rh_error error = {0};
    (void)state;
    rh_ranking_request request = request_of("certainty_equivalent", policies, 1, 100);
    request.study.risk_aversion = (double)NAN;
    assert_int_equal(rh_ranking(&request, contestants, &error), RH_USAGE);
    assert_non_null(strstr(error.message, "--risk-aversion"));
    request = request_of("pnl", policies, 1, 0);
    assert_int_equal(rh_ranking(&request, contestants, &error), RH_USAGE);
    rh_ranking_free(contestants, 1);
    request = request_of("pnl", policies, 0, 10);
    assert_int_equal(rh_ranking(&request, contestants, &error), RH_USAGE);
    request = request_of("cost_variance", policies, 1, 10);
    request.lambda = -1;
    assert_int_equal(rh_ranking(&request, contestants, &error), RH_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_objective),
        cmocka_unit_test(places_and_frontier),
        cmocka_unit_test(a_study_alone_is_the_same),
        cmocka_unit_test(interrupted),
        cmocka_unit_test(requests_without_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
