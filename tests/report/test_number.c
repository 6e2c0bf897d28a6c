/* Numbers and moments as people read them, against texts written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "report/number.h"

static void expect(double value, int decimals, const char *wanted)
{
    char text[RH_FIGURE_TEXT];
    size_t length = rh_figure_text(text, value, decimals);
    assert_string_equal(text, wanted);
    assert_int_equal(length, strlen(wanted));
}

static void figures(void **state)
{
    (void)state;
    expect(0, 2, "0.00");
    expect(-0.0, 2, "0.00");
    expect(-0.004, 2, "0.00");
    expect(-0.006, 2, "-0.01");
    expect(999.995, 1, "1,000.0");
    expect(1234.5, 2, "1,234.50");
    expect(-123456.0, 0, "-123,456");
    expect(1234567890.0, 2, "1,234,567,890.00");
    expect(999999999999999.0, 2, "999,999,999,999,999.00");
    expect(1e15, 2, "1e+15");
    expect(-1.7976931348623157e308, 8, "-1.79769e+308");
    expect((double)NAN, 2, "n/a");
    expect((double)INFINITY, 2, "inf");
    expect(-(double)INFINITY, 2, "-inf");
    expect(1, -5, "1");
    expect(0.5, 99, "0.500000000000");
}

static void no_figure_is_longer_than_its_field(void **state)
{
    (void)state;
    char text[RH_FIGURE_TEXT];
    for (double value = 1e-300; value < 1e300; value *= 7)
        for (int decimals = -1; decimals < 14; decimals++)
            assert_true(rh_figure_text(text, -value, decimals) < RH_FIGURE_TEXT - 8);
}

static void short_figures(void **state)
{
    (void)state;
    static const struct { double value; const char *text; } rows[] = {
        {12.345, "12.3"}, {0.00123456, "0.00123"}, {1234.5, "1,234"}, {5, "5"}, {0.5, "0.5"},
        {-99.96, "-100"}, {0, "0"}, {100, "100"}, {1000000, "1,000,000"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[RH_FIGURE_TEXT];
        rh_figure_short(text, rows[i].value, 3);
        assert_string_equal(text, rows[i].text);
    }
}

static void decimals_suit_magnitudes(void **state)
{
    (void)state;
    assert_int_equal(rh_figure_decimals(0), 2);
    assert_int_equal(rh_figure_decimals((double)NAN), 2);
    assert_int_equal(rh_figure_decimals(1e6), 0);
    assert_int_equal(rh_figure_decimals(54321), 2);
    assert_int_equal(rh_figure_decimals(0.25), 4);
    assert_int_equal(rh_figure_decimals(0.02), 6);
    assert_int_equal(rh_figure_decimals(1e-7), 8);
}

static void moments(void **state)
{
    (void)state;
    static const struct { const char *iso; int64_t span_ns; const char *text; } rows[] = {
        {"2021-05-17", 0, "2021-05-17 00:00"},
        {"2021-05-19T13:21:07Z", 0, "2021-05-19 13:21:07"},
        {"2021-05-19T13:21:07.123456789Z", 0, "2021-05-19 13:21:07.123456789"},
        {"2021-05-19T13:21:07.123456789Z", 5000000000, "2021-05-19 13:21:07.123"},
        {"2021-05-19T13:21:00.123456789Z", 3600000000000, "2021-05-19 13:21"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t time_ns;
        char text[RH_TIME_TEXT];
        assert_true(rh_parse_time(rows[i].iso, &time_ns));
        rh_moment_text(text, time_ns, rows[i].span_ns);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures),
        cmocka_unit_test(no_figure_is_longer_than_its_field),
        cmocka_unit_test(short_figures),
        cmocka_unit_test(decimals_suit_magnitudes),
        cmocka_unit_test(moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
