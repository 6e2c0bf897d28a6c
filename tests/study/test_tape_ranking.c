/* Rankings and the search of the best band on a tape, over runs made for this test in closed form.
 * The fake takes the place of the engine at link time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/tape_ranking.h"

/* --- the fake: a band b pays 0.01 / b, and its rows go up and down: the error is b ----------- */

enum { ROWS = 900 };
static int engine_runs;

rh_status rh_run_scenario(const rh_run_request *request, rh_run_result *result, rh_error *error)
{
    const char *equals = strchr(request->policy, '=');
    double band = equals ? strtod(equals + 1, NULL) : 1, paid = equals ? 0.01 / band : 0;
    double step = band / sqrt((double)ROWS), gross = 0;
    engine_runs++;
    if (strstr(request->policy, "refused")) return rh_fail(error, RH_POLICY, "x.lua:1: refused");
    for (int i = 1; i <= ROWS && request->row; i++) {
        gross += i % 2 ? step : -step;
        request->row(request->row_context, gross - paid * i / ROWS, paid * i / ROWS);
    }
    rh_buffer_printf(&result->summary, "{\"pnl\": {\"total\": %.17g}, \"cost\": {\"total\": %.17g",
                     -paid, paid);
    for (int k = 0; k < RH_COST_KINDS; k++)
        rh_buffer_printf(&result->summary, ", \"%s\": 0", rh_cost_names[k]);
    rh_buffer_printf(&result->summary, "}, \"hedging\": {\"fills\": 1, \"turnover\": 1, "
                     "\"rms_delta\": 1, \"max_abs_delta\": %.17g, \"error\": %.17g}}", band, band);
    snprintf(result->digest, sizeof result->digest, "%s", "d");
    return RH_OK;
}

void rh_run_result_free(rh_run_result *result)
{
    rh_buffer_free(&result->summary);
}

/* --- tests --------------------------------------------------------------------------------- */

static const rh_objective *find(const char *name)
{
    const rh_objective *objective;
    assert_int_equal(rh_objective_find(name, &objective, NULL), RH_OK);
    return objective;
}

/* 0.01 / b + lambda b^2 is least at b^3 = 0.005 / lambda. */
static void finds_the_band(void **state)
{
    const double lambdas[] = {0.02, 1, 40};
    rh_compare_request of = {.base = {.scenario_path = "fake"}};
    (void)state;
    for (int k = 0; k < 3; k++) {
        rh_best_band best;
        rh_error error = {0};
        engine_runs = 0;
        rh_status status =
            rh_tape_band_find(&of, find("cost_variance"), lambdas[k], &best, &error);
        if (status != RH_OK) fail_msg("%s", error.message);
        assert_true(fabs(best.band / cbrt(0.005 / lambdas[k]) - 1) < 0.06);
        assert_int_equal(engine_runs, RH_BEST_BAND_STUDIES);
        assert_int_equal(best.studies, RH_BEST_BAND_STUDIES);
    }
}

static void ranks_runs(void **state)
{
    static const char *const policies[] = {"x:band=0.3", "refused", "x:band=0.1", "y"};
    static const char *const labels[] = {NULL, NULL, NULL, "no-hedge"};
    rh_compare_run runs[4];
    rh_contestant c[4];
    rh_error error = {0};
    (void)state;
    memset(runs, 0, sizeof runs);
    memset(c, 0, sizeof c);
    rh_compare_request request = {.base = {.scenario_path = "fake"}, .policies = policies,
                                  .labels = labels, .count = 2, .keep_history = true};
    engine_runs = 0;
    assert_int_equal(rh_compare(&request, runs, &error), RH_OK);
    request.done = 2; /* the others later: the first are not run again */
    request.count = 4;
    assert_int_equal(rh_compare(&request, runs, &error), RH_OK);
    assert_int_equal(engine_runs, 4);
    if (rh_tape_rank(runs, 4, find("cost_variance"), 1, 0, c, &error) != RH_OK)
        fail_msg("%s", error.message);
    assert_string_equal(c[0].label, "x-band=0.3");
    assert_string_equal(c[3].label, "no-hedge");
    const double expected[] = {0.01 / 0.3 + 0.09, 0, 0.1 + 0.01, 1};
    const size_t places[] = {1, 3, 0, 2};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(c[i].place, places[i]);
        if (i == 1) continue;
        assert_true(fabs(c[i].objective.value - expected[i]) < 1e-12);
        assert_true(fabs(c[i].regret.value - (expected[i] - expected[2])) < 1e-12);
        assert_true(c[i].frontier);
        assert_int_equal(c[i].trace.unit, 30);
    }
    assert_int_equal(c[1].status, RH_POLICY);
    assert_true(isnan(c[1].objective.value) && isnan(c[1].difference.value));
    /* an even number of rows to a block: what goes up comes down, and cost is the same in all */
    assert_true(fabs(c[2].difference.value - (0.01 / 0.3 - 0.1)) < 1e-12);
    assert_true(c[2].difference.se < 1e-12);
    rh_compare_free(runs, 4);
}

static void tails_need_paths(void **state)
{
    rh_compare_run run;
    rh_contestant c = {.place = 0};
    rh_error error = {0};
    (void)state;
    memset(&run, 0, sizeof run);
    assert_int_equal(rh_tape_rank(&run, 1, find("es95"), 1, 0, &c, &error), RH_USAGE);
    assert_non_null(strstr(error.message, "es95"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_band),
        cmocka_unit_test(ranks_runs),
        cmocka_unit_test(tails_need_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
