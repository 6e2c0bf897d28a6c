/* Kou's jump diffusion against its cumulants (Kou 2002: a normal and a compound Poisson of double
 * exponentials), its compensated drift, and gbm without jumps. */
#include "synth_test.h"

enum { BATCHES = 300, PER_BATCH = 1000 };

static const char *const daily =
    "{\"model\":\"kou\",\"spot\":100,\"vol\":0.6,\"drift\":0.2,\"jump_intensity\":200,"
    "\"jump_up\":0.4,\"jump_up_mean\":0.03,\"jump_down_mean\":0.05,\"interval\":\"1d\"}";

static void cumulants_are_the_law(void **state)
{
    const double dt = 1 / 365.0, l = 200 * dt, p = 0.4, a = 0.03, b = 0.05;
    const double growth = p * a / (1 - a) - (1 - p) * b / (1 + b);
    const double expected[4] = {
        (0.2 - 0.5 * 0.36) * dt - l * growth + l * (p * a - (1 - p) * b),
        0.36 * dt + 2 * l * (p * a * a + (1 - p) * b * b),
        6 * l * (p * pow(a, 3) - (1 - p) * pow(b, 3)),
        24 * l * (p * pow(a, 4) + (1 - p) * pow(b, 4))};
    (void)state;
    assert_cumulants(daily, DAY_NS, BATCHES, PER_BATCH, expected);
}

/* E[e^{iuX}] of a step, real and imaginary: the whole law, not its first moments. */
static void characteristic_function_is_the_law(void **state)
{
    enum { STEPS = 100 * PER_BATCH };
    static double x[STEPS];
    const double complex i = (double complex)I;
    const double dt = 1 / 365.0, p = 0.4, a = 0.03, b = 0.05;
    const double growth = p * a / (1 - a) - (1 - p) * b / (1 + b);
    (void)state;
    for (uint32_t path = 0; path < 100; ++path)
        take_returns(daily, DAY_NS, path, x + path * PER_BATCH, PER_BATCH);
    for (double u = 5; u <= 80; u *= 2) {
        double complex jump = p / (1 - i * u * a) + (1 - p) / (1 + i * u * b) - 1;
        double complex log_law = i * u * (0.2 - 0.18 - 200 * growth) * dt - 0.18 * u * u * dt +
                                 200 * dt * jump;
        assert_characteristic(x, STEPS, u, cexp(log_law));
    }
}

static void drift_is_compensated(void **state)
{
    enum { PATHS = 20000 };
    static double prices[PATHS];
    (void)state;
    path_returns("{\"model\":\"kou\",\"spot\":1,\"vol\":0.3,\"drift\":0.1,\"jump_intensity\":3,"
                 "\"jump_up\":0.3,\"jump_up_mean\":0.2,\"jump_down_mean\":0.1,"
                 "\"interval\":\"73d\"}", 365 * DAY_NS, PATHS, prices);
    for (int i = 0; i < PATHS; ++i) prices[i] = exp(prices[i]);
    assert_mean("E[S]", prices, PATHS, exp(0.1), 4);
}

static void without_jumps_it_is_gbm(void **state)
{
    (void)state;
    assert_same_records("{\"model\":\"kou\",\"spot\":9,\"vol\":1,\"jump_intensity\":0,"
                        "\"jump_up\":0.5,\"jump_up_mean\":0.1,\"jump_down_mean\":0.1}",
                        "{\"model\":\"gbm\",\"spot\":9,\"vol\":1}", 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cumulants_are_the_law),
        cmocka_unit_test(characteristic_function_is_the_law),
        cmocka_unit_test(drift_is_compensated),
        cmocka_unit_test(without_jumps_it_is_gbm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
