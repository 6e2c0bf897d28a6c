/* Bates: option prices from its characteristic function (Heston's times a compound Poisson), the
 * compensated drift, heston without jumps, merton without stochastic variance. */
#include "heston_law.h"

enum { PATHS = 20000 };

static const heston_law variance = {0.05, 2, 0.04, 0.4, -0.7};
static const double intensity = 3, mean = -0.08, deviation = 0.06, drift = 0.1;

static const char *const half_year =
    "{\"model\":\"bates\",\"spot\":100,\"drift\":0.1,\"v0\":0.05,\"kappa\":2,\"theta\":0.04,"
    "\"xi\":0.4,\"rho\":-0.7,\"jump_intensity\":3,\"jump_mean\":-0.08,\"jump_vol\":0.06,"
    "\"interval\":\"7d\"}";

static double complex log_jumps(double complex u, double t)
{
    const double complex i = (double complex)I;
    double growth = exp(mean + 0.5 * deviation * deviation) - 1;
    double complex jump = cexp(i * u * mean - 0.5 * deviation * deviation * u * u) - 1;
    return intensity * t * (jump - i * u * growth);
}

static double complex bates_characteristic(const void *of, double complex u, double t)
{
    return heston_log_characteristic(of, u, t) + log_jumps(u, t);
}

static void prices_are_the_law(void **state)
{
    static const double strikes[] = {75, 90, 100, 110, 125};
    static double returns[PATHS], values[PATHS];
    const double t = 182 / 365.0;
    (void)state;
    path_returns(half_year, 182 * DAY_NS, PATHS, returns);
    for (int i = 0; i < PATHS; ++i) values[i] = exp(returns[i]);
    assert_mean("E[S]", values, PATHS, exp(drift * t), 4);
    for (size_t k = 0; k < sizeof strikes / sizeof *strikes; ++k) {
        for (int i = 0; i < PATHS; ++i)
            values[i] = fmax(100 * exp(returns[i] - drift * t) - strikes[k], 0);
        assert_mean("call", values, PATHS,
                    lewis_call(bates_characteristic, &variance, strikes[k], t), 4);
    }
}

/* The jumps matter: these prices are not Heston's. */
static void jumps_move_the_price(void **state)
{
    (void)state;
    double with = lewis_call(bates_characteristic, &variance, 100, 182 / 365.0);
    double without = lewis_call(heston_log_characteristic, &variance, 100, 182 / 365.0);
    assert_true(with - without > 0.3);
}

static void without_jumps_it_is_heston(void **state)
{
    (void)state;
    assert_same_records("{\"model\":\"bates\",\"spot\":9,\"v0\":1,\"kappa\":3,\"theta\":1,\"xi\":2,"
                        "\"rho\":-0.5,\"jump_intensity\":0,\"jump_mean\":1,\"jump_vol\":1}",
                        "{\"model\":\"heston\",\"spot\":9,\"v0\":1,\"kappa\":3,\"theta\":1,"
                        "\"xi\":2,\"rho\":-0.5}", 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_are_the_law),
        cmocka_unit_test(jumps_move_the_price),
        cmocka_unit_test(without_jumps_it_is_heston),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
