/* GARCH(1,1) against the exact moments of its recursion from a given start (Bollerslev 1986), the
 * autocorrelation of squares, Duan's martingale, and gbm with nothing to learn from. */
#include "synth_test.h"

enum { STEPS = 20, PATHS = 40000 };
static const double dt = 1 / 365.0, vol = 0.6, vol0 = 0.9, alpha = 0.15, beta = 0.7, drift = 0.2;
static const char *const json =
    "{\"model\":\"garch\",\"spot\":100,\"vol\":0.6,\"vol0\":0.9,\"alpha\":0.15,\"beta\":0.7,"
    "\"drift\":0.2,\"interval\":\"1d\"}";
static double returns[STEPS][PATHS], values[PATHS];

static void simulate(void)
{
    static double x[STEPS];
    for (uint32_t path = 0; path < PATHS; ++path) {
        take_returns(json, DAY_NS, path, x, STEPS);
        for (int k = 0; k < STEPS; ++k) returns[k][path] = x[k];
    }
}

/* h' = base + (alpha z^2 + beta) h: means of h and of h^2 step by step. */
static void moments_are_the_recursion(void **state)
{
    const double base = vol * vol * (1 - alpha - beta), sum = alpha + beta;
    double mean = vol0 * vol0, square = mean * mean;
    (void)state;
    simulate();
    for (int k = 0; k < STEPS; ++k) {
        double m1 = drift * dt - 0.5 * mean * dt;
        assert_mean("mean", returns[k], PATHS, m1, 4);
        /* x = drift dt - h dt/2 + sqrt(h dt) z: E[(x - drift dt)^2] = E[h] dt + E[h^2] dt^2/4 */
        for (int i = 0; i < PATHS; ++i) values[i] = pow(returns[k][i] - drift * dt, 2);
        assert_mean("variance", values, PATHS, mean * dt + 0.25 * square * dt * dt, 4);
        square = base * base + 2 * base * sum * mean +
                 (3 * alpha * alpha + 2 * alpha * beta + beta * beta) * square;
        mean = base + sum * mean;
    }
    /* in the end nearly the long run: E[h^2]/E[h]^2 = (1 - sum^2) / (1 - sum^2 - 2 alpha^2) */
    double ratio = (1 - sum * sum) / (1 - sum * sum - 2 * alpha * alpha);
    assert_true(fabs(mean / (vol * vol) - 1) < 0.06);
    assert_true(fabs(square / (mean * mean) / ratio - 1) < 0.2);
}

/* Fat tails: the fourth moment of the last step is 3 E[h^2] dt^2 to the order of dt. */
static void tails_are_fat(void **state)
{
    const double base = vol * vol * (1 - alpha - beta), sum = alpha + beta;
    double mean = vol0 * vol0, square = mean * mean;
    (void)state;
    for (int k = 0; k < STEPS - 1; ++k) {
        square = base * base + 2 * base * sum * mean +
                 (3 * alpha * alpha + 2 * alpha * beta + beta * beta) * square;
        mean = base + sum * mean;
    }
    for (int i = 0; i < PATHS; ++i)
        values[i] = pow(returns[STEPS - 1][i] - drift * dt + 0.5 * mean * dt, 4);
    assert_mean("fourth moment", values, PATHS, 3 * square * dt * dt, 4);
    assert_true(3 * square / (mean * mean) > 3.4);
}

/* cov(x_k^2, x_{k+1}^2) = E[h_k (base + (alpha z^2 + beta) h_k) z^2] dt^2 - ...: from a fixed h_0,
 * cov = 2 alpha h_0^2 dt^2, up to dt. */
static void squares_are_correlated(void **state)
{
    (void)state;
    double h0 = vol0 * vol0, h1 = vol * vol * (1 - alpha - beta) + (alpha + beta) * h0;
    for (int i = 0; i < PATHS; ++i)
        values[i] = (pow(returns[0][i] - drift * dt + 0.5 * h0 * dt, 2) - h0 * dt) *
                    (pow(returns[1][i] - drift * dt + 0.5 * h1 * dt, 2) - h1 * dt);
    assert_mean("covariance of squares", values, PATHS, 2 * alpha * h0 * h0 * dt * dt, 4);
}

static void price_is_a_martingale(void **state)
{
    (void)state;
    for (int i = 0; i < PATHS; ++i) {
        double sum = 0;
        for (int k = 0; k < STEPS; ++k) sum += returns[k][i];
        values[i] = exp(sum);
    }
    assert_mean("E[S]", values, PATHS, exp(drift * STEPS * dt), 4);
}

static void without_alpha_it_is_gbm(void **state)
{
    static double a[1000], b[1000];
    (void)state;
    take_returns("{\"model\":\"garch\",\"spot\":9,\"vol\":0.5,\"alpha\":0,\"beta\":0.9}", MINUTE_NS,
                 3, a, 1000);
    take_returns("{\"model\":\"gbm\",\"spot\":9,\"vol\":0.5}", MINUTE_NS, 3, b, 1000);
    for (int i = 0; i < 1000; ++i) assert_true(fabs(a[i] - b[i]) < 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_the_recursion),
        cmocka_unit_test(tails_are_fat),
        cmocka_unit_test(squares_are_correlated),
        cmocka_unit_test(price_is_a_martingale),
        cmocka_unit_test(without_alpha_it_is_gbm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
