/* The lane sum: the documented tree, bit for bit, for every length around the lane count, and a
 * value close to the exact one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pricing/option.h"

enum { LENGTH_MAX = 100 };

/* Values of both signs and sizes far apart, so that the order of additions shows in the bits. */
static void fill(double *value)
{
    for (int i = 0; i < LENGTH_MAX; i++)
        value[i] = ldexp((i * 37 % 19) - 8.7, i * 11 % 23 - 11);
}

static double lane_sum(const double *value, size_t count, size_t lane)
{
    double sum = 0.0;
    for (size_t i = lane; i < count; i += 8) sum += value[i];
    return sum;
}

static void documented_tree(void **unused)
{
    (void)unused;
    double value[LENGTH_MAX];
    fill(value);
    for (size_t n = 0; n <= LENGTH_MAX; n++) {
        double lane[8];
        for (size_t j = 0; j < 8; j++) lane[j] = lane_sum(value, n, j);
        double even = (lane[0] + lane[4]) + (lane[2] + lane[6]);
        double odd = (lane[1] + lane[5]) + (lane[3] + lane[7]);
        assert_true(rh_sum_lanes(value, n) == even + odd);
    }
}

/* The order is part of the contract: a plain loop must differ somewhere, or this proves nothing. */
static void order_matters_and_value_holds(void **unused)
{
    (void)unused;
    double value[LENGTH_MAX];
    fill(value);
    int different = 0;
    double plain = 0.0, size = 0.0;
    for (size_t n = 1; n <= LENGTH_MAX; n++) {
        plain += value[n - 1];
        size += fabs(value[n - 1]);
        double sum = rh_sum_lanes(value, n);
        different += sum != plain;
        assert_true(fabs(sum - plain) <= 1e-14 * size);
    }
    assert_true(different > 0);
}

static void nothing_and_nan(void **unused)
{
    (void)unused;
    double value[9] = {1, 2, 3, 4, 5, 6, 7, 8, (double)NAN};
    assert_true(rh_sum_lanes(NULL, 0) == 0.0);
    assert_true(rh_sum_lanes(value, 8) == 36.0);
    assert_true(isnan(rh_sum_lanes(value, 9)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documented_tree),
        cmocka_unit_test(order_matters_and_value_holds),
        cmocka_unit_test(nothing_and_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
