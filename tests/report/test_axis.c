/* Axes: ticks are round, inside or around the range, increasing, and never more than asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "report/axis.h"

static void check_values(double low, double high)
{
    rh_axis axis;
    rh_axis_values(&axis, low, high, 6);
    assert_true(isfinite(axis.low) && isfinite(axis.high) && axis.low < axis.high);
    assert_true(axis.count >= 2 && axis.count <= 10);
    if (isfinite(low) && isfinite(high) && low <= high) {
        double slack = 1e-6 * (axis.high - axis.low);
        assert_true(axis.low <= low + slack && axis.high >= high - slack);
    }
    for (int i = 1; i < axis.count; i++) {
        assert_true(axis.at[i] > axis.at[i - 1]);
        assert_string_not_equal(axis.text[i], axis.text[i - 1]);
    }
}

static void value_axes(void **state)
{
    (void)state;
    check_values(-1, 1);
    check_values(30000, 45000);
    check_values(0, 0);
    check_values(5, 5);
    check_values(-1e200, 1e200);
    check_values((double)NAN, 1);
    check_values(1, -1);
    check_values((double)INFINITY, -(double)INFINITY);
    check_values(-12345678, 3);
    for (double size = 1e-9; size < 1e12; size *= 3.7) {
        check_values(0, size);
        check_values(-size, size / 3);
    }
}

static void value_labels(void **state)
{
    (void)state;
    rh_axis axis;
    rh_axis_values(&axis, 0, 1.2, 6);
    assert_string_equal(axis.text[1], "0.2");
    rh_axis_values(&axis, -20000, 40000, 6);
    assert_string_equal(axis.text[0], "-20,000");
    rh_axis_values(&axis, -28, 1991, 6);
    assert_true(axis.low > -200 && axis.at[0] == 0);
    rh_axis_values(&axis, 0, 12e6, 6);
    assert_string_equal(axis.text[0], "0");
    assert_string_equal(axis.text[1], "2 m");
}

static void check_times(int64_t from_ns, int64_t span_ns)
{
    rh_time_axis axis;
    rh_axis_times(&axis, from_ns, from_ns + span_ns, 14);
    assert_true(axis.count <= 14);
    for (int i = 0; i < axis.count; i++) {
        assert_true(axis.at[i] >= from_ns && axis.at[i] <= from_ns + span_ns);
        assert_true(i == 0 || axis.at[i] > axis.at[i - 1]);
        assert_true(strlen(axis.text[i]) > 0);
    }
}

static void time_axes_of_every_span(void **state)
{
    (void)state;
    const int64_t from = INT64_C(1621209600000000000);
    for (int64_t span = 0; span < INT64_C(5000000000000000000); span = span * 3 + 1) {
        check_times(from, span);
        check_times(from + 123456789, span);
        check_times(0, span);
    }
    check_times(RH_TIME_NS_MIN, RH_TIME_NS_MAX);
}

static void time_labels(void **state)
{
    (void)state;
    int64_t from, to;
    rh_time_axis axis;
    assert_true(rh_parse_time("2021-05-17T00:00:00Z", &from));
    assert_true(rh_parse_time("2021-05-20T08:30:00Z", &to));
    rh_axis_times(&axis, from, to, 16);
    assert_int_equal(axis.count, 14);
    assert_string_equal(axis.text[1], "06:00");
    assert_string_equal(axis.context[0], "17 May 2021");
    assert_string_equal(axis.context[1], "");
    assert_string_equal(axis.context[4], "18 May");
    assert_true(rh_parse_time("2020-11-15", &from));
    assert_true(rh_parse_time("2021-06-01", &to));
    rh_axis_times(&axis, from, to, 14);
    assert_int_equal(axis.count, 7);
    assert_string_equal(axis.text[0], "Dec");
    assert_string_equal(axis.context[1], "2021");
    assert_string_equal(axis.text[6], "Jun");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(value_axes),
        cmocka_unit_test(value_labels),
        cmocka_unit_test(time_axes_of_every_span),
        cmocka_unit_test(time_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
