/* Heston paths against the model: expected variance, mean and variance of the log return, option
 * prices, from the characteristic function (Heston 1993, in the form of Albrecher et al. 2007) by
 * Lewis's integral; the integral itself against the values published by Andersen (2008). */
#include "extent.h"
#include "heston_law.h"

typedef heston_law model;

static double complex log_characteristic(const model *m, double complex u, double t)
{
    return heston_log_characteristic(m, u, t);
}

static double call_price(const model *m, double strike, double t)
{
    return lewis_call(heston_log_characteristic, m, strike, t);
}

/* Andersen (2008), test cases I, strikes 100, 140, 60, ten years: 13.085, 0.296, 44.330. */
static void integral_is_right(void **state)
{
    static const model first = {0.04, 0.5, 0.04, 1, -0.9};
    (void)state;
    assert_true(fabs(call_price(&first, 100, 10) - 13.085) < 6e-4);
    assert_true(fabs(call_price(&first, 140, 10) - 0.296) < 6e-4);
    assert_true(fabs(call_price(&first, 60, 10) - 44.330) < 6e-4);
}

enum { PATHS = 20000, MANY = 100000 };  /* at most: fewer in the quick set */
static double returns[MANY];

static void simulate(const model *m, double drift, int64_t length_ns, const char *interval,
                     uint32_t paths)
{
    char json[300];
    snprintf(json, sizeof json, "{\"model\":\"heston\",\"spot\":100,\"drift\":%g,\"v0\":%g,"
             "\"kappa\":%g,\"theta\":%g,\"xi\":%g,\"rho\":%g,\"interval\":\"%s\"}", drift, m->v0,
             m->kappa, m->theta, m->xi, m->rho, interval);
    path_returns(json, length_ns, paths, returns);
}

static void check_law(const model *m, double drift, int64_t length_ns, const char *interval)
{
    static const double strikes[] = {80, 100, 120};
    static double values[PATHS];
    const int paths = extent(PATHS / 2, PATHS);
    const double t = (double)length_ns / (365.0 * (double)DAY_NS), h = 1e-3;
    simulate(m, drift, length_ns, interval, (uint32_t)paths);
    double complex up = log_characteristic(m, h, t), down = log_characteristic(m, -h, t);
    double mean = cimag(up - down) / (2 * h), variance = -creal(up + down) / (h * h);
    double decay = (1 - exp(-m->kappa * t)) / m->kappa;
    /* E[X] = -1/2 integral of E[v]: Cox, Ingersoll, Ross. */
    assert_true(fabs(mean + 0.5 * (m->theta * t + (m->v0 - m->theta) * decay)) < 1e-5);
    assert_mean("E[log S]", returns, (size_t)paths, mean + drift * t, 4);
    for (int i = 0; i < paths; ++i) values[i] = pow(returns[i] - mean - drift * t, 2);
    assert_mean("Var[log S]", values, (size_t)paths, variance, 4);
    for (int i = 0; i < paths; ++i) values[i] = exp(returns[i]);
    assert_mean("E[S]", values, (size_t)paths, exp(drift * t), 4);
    for (int k = 0; k < 3; ++k) {
        for (int i = 0; i < paths; ++i)
            values[i] = fmax(100 * exp(returns[i] - drift * t) - strikes[k], 0);
        assert_mean("call", values, (size_t)paths, call_price(m, strikes[k], t), 4);
    }
}

static void equity_like(void **state)
{
    (void)state;
    check_law(&(model){0.05, 2, 0.04, 0.4, -0.7}, 0.1, 182 * DAY_NS, "7d");
}

static void crypto_like(void **state)
{
    (void)state;
    check_law(&(model){0.9, 8, 0.6, 2, 0.2}, 0, 90 * DAY_NS, "2d");
}

/* The variance hits zero all the time: the exponential branch of QE. */
static void far_beyond_feller(void **state)
{
    (void)state;
    check_law(&(model){0.04, 0.5, 0.04, 1, -0.9}, 0, 3650 * DAY_NS, "73d");
}

/* Squared hourly returns follow E[v]: decay from v0 to theta. */
static void variance_reverts(void **state)
{
    enum { STEPS = 24 };
    static double early[PATHS], late[PATHS];
    const uint32_t paths = (uint32_t)extent(PATHS / 4, PATHS);
    const double v0 = 1, theta = 0.25, kappa = 365, dt = 1 / 8760.0;
    (void)state;
    for (uint32_t path = 0; path < paths; ++path) {
        generated made = make_feed("{\"model\":\"heston\",\"spot\":1,\"v0\":1,\"kappa\":365,"
                                   "\"theta\":0.25,\"xi\":5,\"rho\":0,\"interval\":\"1h\"}", 0,
                                   STEPS * 60 * MINUTE_NS, 7, path, 0);
        double last = take_record(&made).price;
        for (int i = 0; i < STEPS; ++i) {
            double now = take_record(&made).price, x = log(now / last);
            if (i == 0) early[path] = x * x / dt;
            if (i == STEPS - 1) late[path] = x * x / dt;
            last = now;
        }
        drop_feed(&made);
    }
    /* trapezoid of the scheme: the mean of E[v] at both ends of the step */
    double a = exp(-kappa * dt), first = 0.5 * (v0 + theta + (v0 - theta) * a);
    double b = exp(-kappa * dt * (STEPS - 1)), last = theta + (v0 - theta) * b * 0.5 * (1 + a);
    assert_mean("first hour", early, paths, first, 4);
    assert_mean("last hour", late, paths, last, 4);
}

/* One step of a year: both branches of QE far from the limit of small steps. */
static const model branches[] = {{1, 1, 1, 1.5, -0.9}, {0.2, 1, 0.2, 4, -0.9}};

/* Without the correction of the scheme this expectation is off by many standard errors. */
static void price_is_a_martingale_at_any_interval(void **state)
{
    static double values[MANY];
    const int many = extent(MANY / 2, MANY);
    (void)state;
    for (int k = 0; k < 2; ++k) {
        simulate(&branches[k], 0.1, 365 * DAY_NS, "365d", (uint32_t)many);
        for (int i = 0; i < many; ++i) values[i] = exp(returns[i]);
        assert_mean("E[S] after one long step", values, (size_t)many, exp(0.1), 4);
    }
}

/* With rho = -1 the log price is linear in the next variance, slope k2 (Andersen 2008, eq. 33):
 * so its variance shows Var[v'], which is exact (Cox, Ingersoll, Ross 1985). */
static void variance_of_variance_is_exact(void **state)
{
    static double values[MANY];
    const int many = extent(MANY / 2, MANY);
    (void)state;
    for (int k = 0; k < 2; ++k) {
        model m = branches[k];
        m.rho = -1;
        const double t = 1, e = exp(-m.kappa * t), slope = -1 / m.xi;
        double k2 = 0.5 * t * (m.kappa * slope - 0.5) + slope, mean = 0;
        double expected = m.xi * m.xi / m.kappa *
                          (m.v0 * e * (1 - e) + 0.5 * m.theta * (1 - e) * (1 - e));
        simulate(&m, 0, 365 * DAY_NS, "365d", (uint32_t)many);
        for (int i = 0; i < many; ++i) mean += returns[i] / many;
        for (int i = 0; i < many; ++i) values[i] = pow((returns[i] - mean) / k2, 2);
        assert_mean("Var[v]", values, (size_t)many, expected, 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integral_is_right), cmocka_unit_test(equity_like),
        cmocka_unit_test(crypto_like),       cmocka_unit_test(far_beyond_feller),
        cmocka_unit_test(variance_reverts),
        cmocka_unit_test(price_is_a_martingale_at_any_interval),
        cmocka_unit_test(variance_of_variance_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
