/* Regimes against the exact characteristic function of the chain, for two states in closed form and
 * for three by products of matrices, the martingale, the interval, and gbm with one volatility. */
#include "synth_test.h"

enum { PATHS = 40000 };
static double returns[PATHS], values[PATHS];

static void simulate(const char *json, int64_t length_ns)
{
    path_returns(json, length_ns, PATHS, returns);
}

/* Two states, rates a (0 to 1) and b per year: P(dt) = pi + (1 - pi) e^{-(a+b) dt}. */
static const char *const two =
    "{\"model\":\"regime\",\"spot\":100,\"vols\":[0.3,1.1],\"rates\":[[0,30],[90,0]],"
    "\"drift\":0.1,\"interval\":\"2d\"}";

static double complex law_of_two(double u, int steps)
{
    const double complex i = (double complex)I;
    const double dt = 2 / 365.0, a = 30, b = 90, e = exp(-(a + b) * dt), vols[2] = {0.3, 1.1};
    const double p[2][2] = {{(b + a * e) / (a + b), a * (1 - e) / (a + b)},
                            {b * (1 - e) / (a + b), (a + b * e) / (a + b)}};
    double complex at[2] = {1, 1};
    for (int k = 0; k < steps; ++k) { /* backwards: first the step, then the switch */
        double complex before[2];
        for (int s = 0; s < 2; ++s) {
            double v = vols[s] * vols[s] * dt;
            before[s] = cexp(i * u * (0.1 * dt - 0.5 * v) - 0.5 * u * u * v) *
                        (p[s][0] * at[0] + p[s][1] * at[1]);
        }
        at[0] = before[0];
        at[1] = before[1];
    }
    return at[0];
}

static void two_states_are_the_law(void **state)
{
    enum { STEPS = 15 };
    (void)state;
    simulate(two, STEPS * 2 * DAY_NS);
    for (double u = 1; u <= 16; u *= 2)
        assert_characteristic(returns, PATHS, u, law_of_two(u, STEPS));
    for (int i = 0; i < PATHS; ++i) values[i] = exp(returns[i]);
    assert_mean("E[S]", values, PATHS, exp(0.1 * STEPS * 2 / 365.0), 4);
}

/* Kurtosis comes from the mixture: of one step, many steps after the start. */
static void variance_is_that_of_the_mixture(void **state)
{
    const double a = 30, b = 90, low = 0.09, high = 1.21;
    (void)state;
    for (uint32_t path = 0; path < PATHS; ++path) {
        double x[40];
        take_returns(two, 2 * DAY_NS, path, x, 40);
        returns[path] = x[39];
    }
    double share = a / (a + b), dt = 2 / 365.0;     /* of the high state: a long time has passed */
    double mean = (1 - share) * low + share * high;
    double square = (1 - share) * low * low + share * high * high;
    double m1 = 0.1 * dt - 0.5 * mean * dt;
    for (int i = 0; i < PATHS; ++i) values[i] = pow(returns[i] - 0.1 * dt, 2);
    assert_mean("variance", values, PATHS, mean * dt + 0.25 * square * dt * dt, 4);
    assert_mean("mean", returns, PATHS, m1, 4);
    for (int i = 0; i < PATHS; ++i) values[i] = pow(returns[i] - m1, 4);
    assert_mean("fourth moment", values, PATHS, 3 * square * dt * dt, 4);
}

/* Three states, each with a drift, one of them without return: probabilities after t by the ends of
 * the chain, seen through vols of 0 and drifts that tell the states apart. */
static void three_states_switch_at_their_rates(void **state)
{
    enum { STEPS = 2 };
    int found[3] = {0};
    (void)state;
    for (uint32_t path = 0; path < PATHS; ++path) {
        double x[STEPS];
        take_returns("{\"model\":\"regime\",\"spot\":100,\"vols\":[0,0,0],\"drifts\":[1,2,3],"
                     "\"rates\":[[0,40,20],[0,0,365],[0,0,0]],\"interval\":\"5d\"}",
                     5 * DAY_NS, path, x, STEPS);
        int which = (int)(x[1] * 365 / 5 + 0.5) - 1;
        assert_true(fabs(x[0] - 5 / 365.0) < 1e-12 && which >= 0 && which < 3);
        found[which]++;
    }
    double t = 5 / 365.0, stay = exp(-60 * t);
    double middle = 40 / (365.0 - 60) * (stay - exp(-365 * t));
    double expected[3] = {stay, middle, 1 - stay - middle};
    for (int s = 0; s < 3; ++s) {
        double p = expected[s], error = sqrt(p * (1 - p) / PATHS);
        if (!(fabs((double)found[s] / PATHS - p) <= 4 * error))
            fail_msg("state %d: %g, expected %g", s, (double)found[s] / PATHS, p);
    }
}

static void one_volatility_is_gbm(void **state)
{
    (void)state;
    assert_same_records("{\"model\":\"regime\",\"spot\":9,\"vols\":[1,1],"
                        "\"rates\":[[0,1e5],[1e5,0]]}",
                        "{\"model\":\"gbm\",\"spot\":9,\"vol\":1}", 1000);
    assert_same_records("{\"model\":\"regime\",\"spot\":9,\"vols\":[1],\"rates\":[[0]]}",
                        "{\"model\":\"gbm\",\"spot\":9,\"vol\":1}", 1000);
}

static void starts_where_it_is_told(void **state)
{
    double x[1];
    (void)state;
    for (uint32_t path = 0; path < 100; ++path) {
        take_returns("{\"model\":\"regime\",\"spot\":9,\"vols\":[1,0],\"rates\":[[0,9],[9,0]],"
                     "\"start\":1}", MINUTE_NS, path, x, 1);
        assert_true(fabs(x[0]) < 1e-15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_states_are_the_law),
        cmocka_unit_test(variance_is_that_of_the_mixture),
        cmocka_unit_test(three_states_switch_at_their_rates),
        cmocka_unit_test(one_volatility_is_gbm),
        cmocka_unit_test(starts_where_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
