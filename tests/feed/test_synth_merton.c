/* Merton's jump diffusion against its cumulants (Merton 1976; the log return of one step is the sum
 * of a normal and a compound Poisson of normals), its compensated drift, and gbm without jumps. */
#include "synth_test.h"

enum { BATCHES = 300, PER_BATCH = 1000 };

/* Unbiased k-statistics of one batch (Fisher 1928). */
static void cumulants(const double *x, size_t count, double k[4])
{
    double n = (double)count, mean = 0, m2 = 0, m3 = 0, m4 = 0;
    for (size_t i = 0; i < count; ++i) mean += x[i] / n;
    for (size_t i = 0; i < count; ++i) {
        double d = x[i] - mean;
        m2 += d * d / n;
        m3 += d * d * d / n;
        m4 += d * d * d * d / n;
    }
    k[0] = mean;
    k[1] = n / (n - 1) * m2;
    k[2] = n * n / ((n - 1) * (n - 2)) * m3;
    k[3] = n * n / ((n - 1) * (n - 2) * (n - 3)) * ((n + 1) * m4 - 3 * (n - 1) * m2 * m2);
}

static void cumulants_are_the_law(void **state)
{
    static double found[4][BATCHES], x[PER_BATCH];
    const double dt = 1 / 365.0, vol = 0.6, rate = 200, m = -0.02, s = 0.05, drift = 0.2;
    const double l = rate * dt, m2 = m * m, s2 = s * s;
    const double expected[4] = {
        (drift - 0.5 * vol * vol - rate * expm1(m + 0.5 * s2)) * dt + l * m,
        vol * vol * dt + l * (m2 + s2), l * (m2 * m + 3 * m * s2),
        l * (m2 * m2 + 6 * m2 * s2 + 3 * s2 * s2)};
    (void)state;
    for (uint32_t batch = 0; batch < BATCHES; ++batch) {
        generated made = make_feed("{\"model\":\"merton\",\"spot\":100,\"vol\":0.6,\"drift\":0.2,"
                                   "\"jump_intensity\":200,\"jump_mean\":-0.02,\"jump_vol\":0.05,"
                                   "\"interval\":\"1d\"}", 0, PER_BATCH * DAY_NS, 7, batch, 0);
        double last = take_record(&made).price, k[4];
        for (int i = 0; i < PER_BATCH; ++i) {
            double now = take_record(&made).price;
            x[i] = log(now / last);
            last = now;
        }
        drop_feed(&made);
        cumulants(x, PER_BATCH, k);
        for (int i = 0; i < 4; ++i) found[i][batch] = k[i];
    }
    assert_mean("first cumulant", found[0], BATCHES, expected[0], 4);
    assert_mean("second cumulant", found[1], BATCHES, expected[1], 4);
    assert_mean("third cumulant", found[2], BATCHES, expected[2], 4);
    assert_mean("fourth cumulant", found[3], BATCHES, expected[3], 4);
}

static void drift_is_compensated(void **state)
{
    enum { PATHS = 20000 };
    static double prices[PATHS];
    (void)state;
    for (uint32_t path = 0; path < PATHS; ++path)
        prices[path] = exp(path_return("{\"model\":\"merton\",\"spot\":1,\"vol\":0.3,\"drift\":0.1,"
                                       "\"jump_intensity\":3,\"jump_mean\":-0.1,\"jump_vol\":0.2,"
                                       "\"interval\":\"73d\"}", 365 * DAY_NS, path));
    assert_mean("E[S]", prices, PATHS, exp(0.1), 4);
}

static void without_jumps_it_is_gbm(void **state)
{
    (void)state;
    generated a = make_feed("{\"model\":\"merton\",\"spot\":9,\"vol\":1,\"jump_intensity\":0,"
                            "\"jump_mean\":1,\"jump_vol\":1}", 0, 1000 * MINUTE_NS, 7, 0, 0);
    generated b = make_feed("{\"model\":\"gbm\",\"spot\":9,\"vol\":1}", 0, 1000 * MINUTE_NS, 7, 0,
                            0);
    for (int i = 0; i <= 1000; ++i) {
        rh_record first = take_record(&a), second = take_record(&b);
        assert_memory_equal(&first, &second, sizeof first);
    }
    drop_feed(&a);
    drop_feed(&b);
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
