/* Geometric Brownian motion against its law: log returns are independent normals of known mean and
 * variance at any interval, and the expected price grows at the drift. */
#include "synth_test.h"

enum { STEPS = 100000 };

static double *returns_of(const char *json, int64_t interval_ns)
{
    static double returns[STEPS];
    generated made = make_feed(json, 0, STEPS * interval_ns, 7, 0, 0);
    double last = take_record(&made).price;
    for (int i = 0; i < STEPS; ++i) {
        double now = take_record(&made).price;
        returns[i] = log(now / last);
        last = now;
    }
    drop_feed(&made);
    return returns;
}

static void returns_are_normal(void **state)
{
    static double squares[STEPS], fourths[STEPS], lagged[STEPS];
    const double dt = 1 / 8760.0, mean = (0.3 - 0.5 * 0.64) * dt, deviation = 0.8 * sqrt(dt);
    int tail = 0;
    (void)state;
    const double *x = returns_of("{\"model\":\"gbm\",\"spot\":45000,\"vol\":0.8,\"drift\":0.3,"
                                 "\"interval\":\"1h\"}", 60 * MINUTE_NS);
    for (int i = 0; i < STEPS; ++i) {
        double z = (x[i] - mean) / deviation;
        squares[i] = z * z;
        fourths[i] = z * z * z * z;
        lagged[i] = i > 0 ? z * (x[i - 1] - mean) / deviation : 0;
        tail += fabs(z) > 3;
    }
    assert_mean("return", x, STEPS, mean, 4);
    assert_mean("variance", squares, STEPS, 1, 4);
    assert_mean("fourth moment", fourths, STEPS, 3, 4);
    assert_mean("lag one", lagged, STEPS, 0, 4);
    double expected = STEPS * erfc(3 / sqrt(2));
    assert_true(fabs(tail - expected) < 4 * sqrt(expected));
}

/* One step of a year and 365 of a day have the same law: the scheme is exact. */
static void any_interval_has_the_law(void **state)
{
    enum { PATHS = 4000 };
    static double logs[PATHS], prices[PATHS];
    static const char *const intervals[] = {"365d", "5d"};
    (void)state;
    for (int i = 0; i < 2; ++i) {
        char json[200];
        snprintf(json, sizeof json, "{\"model\":\"gbm\",\"spot\":100,\"vol\":0.5,\"drift\":0.1,"
                 "\"interval\":\"%s\"}", intervals[i]);
        path_returns(json, 365 * DAY_NS, PATHS, logs);
        for (uint32_t path = 0; path < PATHS; ++path) {
            double x = logs[path];
            prices[path] = exp(x);
            logs[path] = (x - (0.1 - 0.125)) * (x - (0.1 - 0.125));
        }
        assert_mean("E[S]", prices, PATHS, exp(0.1), 4);
        assert_mean("Var[log S]", logs, PATHS, 0.25, 4);
    }
}

static void without_vol_it_is_the_drift(void **state)
{
    (void)state;
    double x;
    path_returns("{\"model\":\"gbm\",\"spot\":100,\"vol\":0,\"drift\":0.1}", DAY_NS, 1, &x);
    assert_true(fabs(x - 0.1 / 365) < 1e-13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(returns_are_normal),
        cmocka_unit_test(any_interval_has_the_law),
        cmocka_unit_test(without_vol_it_is_the_drift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
