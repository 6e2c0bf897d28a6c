/* The search of the best constant band over paths made for this test, whose cost falls and whose
 * error grows with the band in closed form. The fake takes the place of the engine's paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/best_band.h"

/* --- the fake: cost 0.01 / band, P&L before costs +-band, alternately ------------------------ */

struct rh_paths { double band; };
static double widest = 1; /* delta of the book when nobody hedges */
static int opened;

rh_status rh_paths_open(const rh_run_request *request, const rh_paths_options *options,
                        rh_paths **paths, rh_error *error)
{
    const char *equals = strchr(request->policy, '=');
    (void)options;
    (void)error;
    *paths = calloc(1, sizeof **paths);
    (*paths)->band = equals ? strtod(equals + 1, NULL) : (double)NAN;
    opened++;
    return RH_OK;
}

rh_status rh_paths_run(rh_paths *paths, uint32_t first, uint32_t count, rh_path_result *results,
                       rh_error *error)
{
    bool none = isnan(paths->band);
    (void)error;
    for (uint32_t i = 0; i < count; i++) {
        double cost = none ? 0 : 0.01 / paths->band, error_size = none ? widest : paths->band;
        results[i] = (rh_path_result){.max_abs_delta = none ? widest : paths->band};
        results[i].cost[RH_COST_fee] = cost;
        results[i].pnl = ((first + i) % 2 ? error_size : -error_size) - cost;
    }
    return RH_OK;
}

const char *rh_paths_kill_message(const rh_paths *paths)
{
    (void)paths;
    return "";
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

static rh_ranking_request request_of(double lambda)
{
    rh_ranking_request request = {.study = {.run = {.scenario_path = "fake"}, .paths = 8192,
                                            .risk_aversion = (double)NAN, .workers = 1},
                                  .lambda = lambda};
    assert_int_equal(rh_objective_find("cost_variance", &request.objective, NULL), RH_OK);
    return request;
}

/* 0.01 / b + lambda b^2 is least at b^3 = 0.005 / lambda. */
static void finds_the_minimum(void **state)
{
    const double lambdas[] = {0.02, 1, 40, 3000};
    (void)state;
    widest = 1;
    for (int k = 0; k < 4; k++) {
        rh_ranking_request request = request_of(lambdas[k]);
        rh_best_band best;
        opened = 0;
        assert_int_equal(rh_best_band_find(&request, &best, NULL), RH_OK);
        double exact = cbrt(0.005 / lambdas[k]);
        double found = 0.01 / best.band + lambdas[k] * best.band * best.band;
        double least = 0.01 / exact + lambdas[k] * exact * exact;
        assert_true(fabs(best.band / exact - 1) < 0.06);
        assert_true(found / least - 1 < 0.003); /* flat around a minimum */
        assert_int_equal(best.studies, RH_BEST_BAND_STUDIES);
        assert_int_equal(opened, RH_BEST_BAND_STUDIES);
        const char *equals = strchr(best.policy, '=');
        assert_true(equals && strtod(equals + 1, NULL) == best.band); /* what was tried */
    }
}

/* Where trading is never worth it, a band that delta never leaves; and the other end. */
static void ends_of_the_range(void **state)
{
    rh_best_band best;
    (void)state;
    widest = 2;
    rh_ranking_request request = request_of(1e-6);
    assert_int_equal(rh_best_band_find(&request, &best, NULL), RH_OK);
    assert_true(best.band > 1.95 && best.band < 2.05);
    request = request_of(1e9);
    assert_int_equal(rh_best_band_find(&request, &best, NULL), RH_OK);
    assert_true(best.band > 0.0019 && best.band < 0.0021);
}

static void a_book_without_delta(void **state)
{
    rh_best_band best;
    rh_error error = {0};
    (void)state;
    widest = 0;
    rh_ranking_request request = request_of(1);
    assert_int_equal(rh_best_band_find(&request, &best, &error), RH_DOMAIN);
    assert_non_null(strstr(error.message, "no delta"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_minimum),
        cmocka_unit_test(ends_of_the_range),
        cmocka_unit_test(a_book_without_delta),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
