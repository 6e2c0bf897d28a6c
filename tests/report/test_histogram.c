/* Histograms of an unknown range against sorted values: quantiles to within one cell, nothing lost
 * or counted twice, the same whatever the order of the values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above */
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "report/histogram.h"

enum { COUNT = 20000 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double *random_values(double skew)
{
    double *values = malloc(COUNT * sizeof *values);
    rh_stream stream;
    assert_non_null(values);
    rh_stream_init(&stream, 5, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        double u = (double)(rh_stream_u64(&stream) >> 11) / 9007199254740992.0 - skew;
        values[i] = 1e6 * u * u * u;
    }
    return values;
}

static rh_histogram count_all(const double *values, int step)
{
    rh_histogram h;
    assert_int_equal(rh_histogram_init(&h, NULL), RH_OK);
    for (int i = 0; i < COUNT; i++) rh_histogram_add(&h, values[(int64_t)i * step % COUNT]);
    return h;
}

static void quantiles_are_those_of_the_sorted_values(void **state)
{
    (void)state;
    for (double skew = 0; skew <= 1; skew += 0.25) {
        double *values = random_values(skew);
        rh_histogram h = count_all(values, 1);
        qsort(values, COUNT, sizeof *values, by_value);
        assert_true(rh_histogram_quantile(&h, 0) == values[0]);
        assert_true(rh_histogram_quantile(&h, 1) == values[COUNT - 1]);
        for (double share = 0.001; share < 1; share += 0.037) {
            double exact = values[(int)ceil(share * COUNT) - 1];
            double found = rh_histogram_quantile(&h, share);
            assert_true(found >= exact && found <= exact + h.width);
        }
        assert_true(h.width <= fmax(fabs(values[0]), fabs(values[COUNT - 1])) / 16384);
        rh_histogram_free(&h);
        free(values);
    }
}

static void order_does_not_matter(void **state)
{
    (void)state;
    double *values = random_values(0.5);
    rh_histogram forth = count_all(values, 1), mixed = count_all(values, 7919);
    assert_true(forth.width == mixed.width);
    assert_memory_equal(forth.cells, mixed.cells, 2 * RH_HISTOGRAM_HALF * sizeof *forth.cells);
    rh_histogram_free(&forth);
    rh_histogram_free(&mixed);
    free(values);
}

/* Every value is in one bar, those beyond the ends in the outer ones. */
static void bars_hold_every_value_once(void **state)
{
    (void)state;
    double *values = random_values(0.4), from = -1e4, to = 2e4;
    uint64_t counts[30], sum = 0;
    rh_histogram h = count_all(values, 1);
    rh_histogram_bars(&h, &from, &to, 30, counts);
    assert_true(from <= -1e4 && to >= 2e4);
    for (int bar = 0; bar < 30; bar++) {
        double low = from + (to - from) * bar / 30, high = from + (to - from) * (bar + 1) / 30;
        uint64_t wanted = 0;
        for (int i = 0; i < COUNT; i++)
            wanted += (values[i] >= low || bar == 0) && (values[i] < high || bar == 29);
        assert_int_equal(counts[bar], wanted);
        sum += counts[bar];
    }
    assert_int_equal(sum, COUNT);
    rh_histogram_free(&h);
    free(values);
}

static void odd_values(void **state)
{
    (void)state;
    rh_histogram h;
    assert_int_equal(rh_histogram_init(&h, NULL), RH_OK);
    assert_true(isnan(rh_histogram_quantile(&h, 0.5)));
    static const double left_out[] = {NAN, INFINITY, -INFINITY, 1e201, -1e300};
    for (size_t i = 0; i < 5; i++) rh_histogram_add(&h, left_out[i]);
    assert_int_equal(h.count, 0);
    rh_histogram_add(&h, 0);
    rh_histogram_add(&h, -0.0);
    assert_true(h.width == 0 && h.count == 2);
    assert_true(rh_histogram_quantile(&h, 0.5) == 0);
    rh_histogram_add(&h, 5e-324);       /* the least and the largest, in this order */
    rh_histogram_add(&h, -1e200);
    rh_histogram_add(&h, 1e200);
    assert_int_equal(h.count, 5);
    assert_true(rh_histogram_quantile(&h, 0) == -1e200 && rh_histogram_quantile(&h, 1) == 1e200);
    rh_histogram_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_sorted_values),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(bars_hold_every_value_once),
        cmocka_unit_test(odd_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
