/* Merton's jump diffusion against its cumulants (Merton 1976; the log return of one step is the sum
 * of a normal and a compound Poisson of normals), its compensated drift, and gbm without jumps. */
#include "synth_test.h"

enum { BATCHES = 300, PER_BATCH = 1000 };

static void cumulants_are_the_law(void **state)
{
    const double dt = 1 / 365.0, vol = 0.6, rate = 200, m = -0.02, s = 0.05, drift = 0.2;
    const double l = rate * dt, m2 = m * m, s2 = s * s;
    const double expected[4] = {
        (drift - 0.5 * vol * vol - rate * expm1(m + 0.5 * s2)) * dt + l * m,
        vol * vol * dt + l * (m2 + s2), l * (m2 * m + 3 * m * s2),
        l * (m2 * m2 + 6 * m2 * s2 + 3 * s2 * s2)};
    (void)state;
    assert_cumulants("{\"model\":\"merton\",\"spot\":100,\"vol\":0.6,\"drift\":0.2,"
                     "\"jump_intensity\":200,\"jump_mean\":-0.02,\"jump_vol\":0.05,"
                     "\"interval\":\"1d\"}", DAY_NS, BATCHES, PER_BATCH, expected);
}

static void drift_is_compensated(void **state)
{
    enum { PATHS = 20000 };
    static double prices[PATHS];
    (void)state;
    path_returns("{\"model\":\"merton\",\"spot\":1,\"vol\":0.3,\"drift\":0.1,"
                 "\"jump_intensity\":3,\"jump_mean\":-0.1,\"jump_vol\":0.2,\"interval\":\"73d\"}",
                 365 * DAY_NS, PATHS, prices);
    for (int i = 0; i < PATHS; ++i) prices[i] = exp(prices[i]);
    assert_mean("E[S]", prices, PATHS, exp(0.1), 4);
}

static void without_jumps_it_is_gbm(void **state)
{
    (void)state;
    assert_same_records("{\"model\":\"merton\",\"spot\":9,\"vol\":1,\"jump_intensity\":0,"
                        "\"jump_mean\":1,\"jump_vol\":1}",
                        "{\"model\":\"gbm\",\"spot\":9,\"vol\":1}", 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cumulants_are_the_law),
        cmocka_unit_test(drift_is_compensated),
        cmocka_unit_test(without_jumps_it_is_gbm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
