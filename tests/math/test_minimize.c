/* The minimisers: known minima of hard functions, residuals that overflow, and that the answer is
 * the best point that was looked at, whatever happens. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "math/minimize.h"
#include "math/order.h"

static void close_to(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%.17g, expected %.17g within %g", found, expected, tolerance);
}

typedef struct count { int calls; double least; } count;

static double rosenbrock(void *context, const double *x)
{
    count *seen = context;
    double a = 1.0 - x[0], b = x[1] - x[0] * x[0], value = a * a + 100.0 * b * b;
    seen->calls++;
    seen->least = fmin(seen->least, value);
    return value;
}

static void simplex_rosenbrock(void **unused)
{
    (void)unused;
    const double step[2] = {0.5, 0.5};
    count seen = {0, HUGE_VAL};
    double x[2] = {-1.2, 1.0};
    double value = rh_minimize_simplex(rosenbrock, &seen, 2, x, step, 1e-9, 1000);
    close_to(x[0], 1.0, 1e-8);
    close_to(x[1], 1.0, 1e-8);
    assert_true(value == seen.least);
    seen = (count){0, HUGE_VAL};
    x[0] = -1.2, x[1] = 1.0;
    value = rh_minimize_simplex(rosenbrock, &seen, 2, x, step, 1e-9, 20);
    assert_true(value == seen.least && seen.calls <= 24);
}

static double walled(void *context, const double *x)
{
    (void)context;
    if (x[0] < 0.5) return (double)NAN;
    double sum = 0.0;
    for (int i = 0; i < 4; i++) sum += (i + 1) * x[i] * x[i];
    return sum;
}

static void simplex_at_a_wall(void **unused)
{
    (void)unused;
    const double step[4] = {0.3, 0.3, 0.3, 0.3};
    double x[4] = {2.0, 1.0, -1.0, 0.5};
    double value = rh_minimize_simplex(walled, NULL, 4, x, step, 1e-7, 4000);
    close_to(value, 0.25, 1e-3);
    assert_true(x[0] >= 0.5);
}

static void rosenbrock_residuals(void *context, const double *x, double *r)
{
    (void)context;
    r[0] = 1.0 - x[0];
    r[1] = 10.0 * (x[1] - x[0] * x[0]);
}

static void squares_rosenbrock(void **unused)
{
    (void)unused;
    double x[2] = {-1.2, 1.0}, work[8];
    double sum = rh_minimize_squares(rosenbrock_residuals, NULL, 2, 2, x, 0.0, 200, work);
    close_to(x[0], 1.0, 1e-6);
    close_to(x[1], 1.0, 1e-6);
    close_to(sum, 0.0, 1e-12);
}

/* p e^(-q t) from its own points, from a start that grows instead. */
static void decay_residuals(void *context, const double *x, double *r)
{
    (void)context;
    for (int i = 0; i < 20; i++) r[i] = x[0] * exp(-x[1] * i) - 3.0 * exp(-0.7 * i);
}

static void squares_decay(void **unused)
{
    (void)unused;
    double x[2] = {1.0, -0.2}, work[80];
    double sum = rh_minimize_squares(decay_residuals, NULL, 2, 20, x, 0.0, 200, work);
    close_to(x[0], 3.0, 1e-6);
    close_to(x[1], 0.7, 1e-6);
    close_to(sum, 0.0, 1e-12);
}

static void nowhere_residuals(void *context, const double *x, double *r)
{
    (void)context;
    r[0] = (double)NAN;
    r[1] = x[0];
}

static void squares_of_nothing(void **unused)
{
    (void)unused;
    double x[1] = {1.5}, work[6];
    assert_true(isinf(rh_minimize_squares(nowhere_residuals, NULL, 1, 2, x, 1e-9, 50, work)));
    assert_true(x[0] == 1.5);
}

static void order(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (size_t n = 0; n < 200; n++) {
        double values[200], sum = 0.0, sorted_sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            state = state * UINT64_C(6364136223846793005) + 1;
            values[i] = (double)((state >> 33) % 50);
            sum += values[i];
        }
        rh_sort_ascending(values, n);
        for (size_t i = 0; i < n; i++) {
            if (i > 0) assert_true(values[i - 1] <= values[i]);
            sorted_sum += values[i];
        }
        assert_true(sum == sorted_sum);
        if (n > 0) assert_true(rh_median(values, n) == 0.5 * (values[(n - 1) / 2] + values[n / 2]));
    }
    assert_true(isnan(rh_median(NULL, 0)));
    double infinite[3] = {HUGE_VAL, 1.0, -HUGE_VAL};
    assert_true(rh_median(infinite, 3) == 1.0 && infinite[0] == -HUGE_VAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simplex_rosenbrock),   cmocka_unit_test(simplex_at_a_wall),
        cmocka_unit_test(squares_rosenbrock),   cmocka_unit_test(squares_decay),
        cmocka_unit_test(squares_of_nothing),   cmocka_unit_test(order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
