/* Numbers to text and back: shortest, exact for random bit patterns, strict about what they accept.
 * Reading back is checked with the C library, so that two implementations must agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void known_texts(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0.1, "0.1"},
        {1.0, "1"},
        {-2.5, "-2.5"},
        {0.0, "0"},
        {-0.0, "0"},
        {100.0, "100"},
        {45000.25, "45000.25"},
        {1e15, "1000000000000000"},
        {9007199254740992.0, "9007199254740992"},
        {1e16, "1e+16"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {123456.789, "123456.789"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {1.5e-7, "1.5e-07"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {5e-8, "5e-08"},
        {1.0 / 3.0, "0.3333333333333333"},
        {2.0 / 3.0, "0.6666666666666666"},
        {0.1 + 0.2, "0.30000000000000004"},
        {9.5367431640625e-07, "9.5367431640625e-07"},
        {0x1p-44, "5.684341886080802e-14"}, /* shortest lies above, nearest 16 digits fail */
        {-1e-300, "-1e-300"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[RH_NUMBER_TEXT];
        size_t length = rh_text_double(text, rows[i].value);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(length, strlen(text));
    }
    char text[RH_NUMBER_TEXT];
    rh_text_double(text, (double)NAN);
    assert_string_equal(text, "nan");
    rh_text_double(text, HUGE_VAL);
    assert_string_equal(text, "inf");
    rh_text_double(text, -HUGE_VAL);
    assert_string_equal(text, "-inf");
    rh_text_double17(text, -HUGE_VAL);
    assert_string_equal(text, "-inf");
    rh_text_double17(text, (double)-NAN);
    assert_string_equal(text, "nan");
    rh_text_double17(text, -0.0);
    assert_string_equal(text, "0");
}

/* Digits of a number text, without leading and trailing zeros; returns how many. */
static int digits_of(char digits[64], const char *text)
{
    int count = 0, significant = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0')) continue;
        digits[count++] = *text;
        if (*text != '0') significant = count;
    }
    digits[significant] = '\0';
    return significant;
}

static void check_round_trip(double value)
{
    char text[RH_NUMBER_TEXT], other[64], digits[64], other_digits[64];
    size_t length = rh_text_double(text, value);
    assert_true(length < RH_NUMBER_TEXT);
    double back = 0.0, ours = 0.0;
    back = strtod(text, NULL);
    assert_true(back == value);
    assert_true(rh_parse_double(text, &ours) && ours == value);
    /* One digit fewer, rounded to nearest, must not read back. */
    int count = digits_of(digits, text);
    if (count > 1) {
        snprintf(other, sizeof other, "%.*e", count - 2, value);
        assert_true(strtod(other, NULL) != value);
    }
    /* Of as many digits, the nearest that reads back. */
    snprintf(other, sizeof other, "%.*e", count - 1, value);
    digits_of(other_digits, other);
    if (strtod(other, NULL) == value) assert_string_equal(digits, other_digits);
    /* 17 digits are those of the C library, laid out as it does. */
    snprintf(other, sizeof other, "%.17g", value);
    length = rh_text_double17(text, value);
    assert_string_equal(text, other);
    assert_int_equal(length, strlen(text));
}

static void random_bit_patterns_round_trip(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 11, 0, 0);
    for (int i = 0; i < 200000; i++) {
        double value = from_bits(rh_stream_u64(&stream));
        if (isfinite(value) && value != 0.0) check_round_trip(value);
    }
    for (int i = 0; i < 20000; i++) {
        uint64_t subnormal = rh_stream_u64(&stream) >> (12 + rh_stream_u64(&stream) % 52);
        if (subnormal) check_round_trip(from_bits(subnormal));
    }
}

static void prices_and_powers_round_trip(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 12, 0, 0);
    for (int i = 0; i < 100000; i++) {
        double ticks = (double)(rh_stream_u64(&stream) >> (11 + rh_stream_u64(&stream) % 50));
        double scale = 1.0;
        for (uint64_t k = rh_stream_u64(&stream) % 13; k > 0; k--) scale *= 10.0;
        if (ticks > 0.0) check_round_trip(ticks / scale);
    }
    for (int power = -1074; power < 1024; power++) {
        check_round_trip(ldexp(1.0, power));
        check_round_trip(nextafter(ldexp(1.0, power), HUGE_VAL));
        if (power > -1074) check_round_trip(nextafter(ldexp(1.0, power), 0.0));
    }
}

/* Long decimals, as the ledger writes them: every digit count and exponent against strtod. */
static void long_decimals_are_read_like_the_c_library(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 13, 0, 0);
    for (int i = 0; i < 300000; i++) {
        char text[64];
        double ours = 0.0;
        unsigned long long mantissa = rh_stream_u64(&stream) >> (rh_stream_u64(&stream) % 64);
        if (mantissa >= 10000000000000000000ull) mantissa /= 10;
        snprintf(text, sizeof text, "%llue-%d", mantissa, (int)(rh_stream_u64(&stream) % 30));
        assert_true(rh_parse_double(text, &ours));
        double theirs = strtod(text, NULL);
        if (memcmp(&ours, &theirs, sizeof ours) != 0) fail_msg("%s read as %a", text, ours);
    }
}

static void doubles_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"0", 0.0},
        {"-0", -0.0},
        {"+1.5", 1.5},
        {".5", 0.5},
        {"5.", 5.0},
        {"1e5", 1e5},
        {"1E-5", 1e-5},
        {"000123.4500", 123.45},
        {"1e-400", 0.0},
        {"0e999999999999", 0.0},
        {"0.000000000000000000000000000001", 1e-30},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"9007199254740993", 9007199254740992.0}, /* tie to even */
        {"9007199254740993.0", 9007199254740992.0}, /* the same ties with a division */
        {"9007199254740995.0", 9007199254740996.0},
        {"9007199254740993.01", 9007199254740994.0},
        {"9007199254740993.0000000000000000000000000001", 9007199254740994.0},
        {"2.4703282292062327208299439634110864e-324", 0.0}, /* below half of the least */
        {"2.4703282292062327208299439634110866e-324", 0.0},
        {"2.4703282292062328e-324", 5e-324},
        {"1.7976931348623158e308", DBL_MAX},
        {"100000000000000000000000e-22", 10.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double value = 7.0;
        errno = 0;
        assert_true(rh_parse_double(rows[i].text, &value));
        assert_int_equal(errno, 0);
        assert_memory_equal(&value, &rows[i].value, sizeof value);
    }
}

static void doubles_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",     " 1",   "1 ",  "1e",    "e5",    ".",      "-",     "+",     "--1", "1.2.3", "0x10",
        "inf",  "nan",  "1,5", "1_000", "1e+",   "1e5.5",  "1.8e308", "-1e309",
        "1e999999999999999999",
        "NaN",  "INF",  "1d5", "\t1",   "1\n",   "\xc2\xa0_1", "1e5x", "0b1", "1f", "+-1", ".e5",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value = 7.0;
        errno = 0;
        assert_false(rh_parse_double(texts[i], &value));
        assert_true(value == 7.0);
        assert_int_equal(errno, 0);
    }
}

static void random_decimals_agree_with_the_library(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 13, 0, 0);
    for (int i = 0; i < 200000; i++) {
        char text[80];
        int at = 0, digits = 1 + (int)(rh_stream_u64(&stream) % 40);
        int point = (int)(rh_stream_u64(&stream) % 41);
        for (int k = 0; k < digits; k++) {
            if (k == point) text[at++] = '.';
            text[at++] = (char)('0' + rh_stream_u64(&stream) % 10);
        }
        int exponent = (int)(rh_stream_u64(&stream) % 60) - 30;
        snprintf(text + at, sizeof text - (size_t)at, "e%d", exponent);
        double ours = -1.0, library = strtod(text, NULL);
        assert_true(rh_parse_double(text, &ours));
        assert_memory_equal(&ours, &library, sizeof ours);
    }
}

static void long_digit_strings_are_survived(void **state)
{
    (void)state;
    enum { LENGTH = 100000 };
    char *text = malloc(LENGTH + 10);
    assert_non_null(text);
    memset(text, '9', LENGTH);
    memcpy(text + LENGTH, "", 1);
    double value = 7.0;
    assert_false(rh_parse_double(text, &value));
    memset(text, '0', LENGTH);
    memcpy(text + LENGTH - 1, "5", 2);
    assert_true(rh_parse_double(text, &value) && value == 5.0);
    text[1] = '.';
    assert_true(rh_parse_double(text, &value) && value == 0.0);
    free(text);
}

static void whole_numbers(void **state)
{
    (void)state;
    int64_t i = 7;
    uint64_t u = 7;
    assert_true(rh_parse_i64("-9223372036854775808", &i) && i == INT64_MIN);
    assert_true(rh_parse_i64("9223372036854775807", &i) && i == INT64_MAX);
    assert_true(rh_parse_i64("-0", &i) && i == 0);
    assert_true(rh_parse_i64("+0012", &i) && i == 12);
    assert_true(rh_parse_u64("18446744073709551615", &u) && u == UINT64_MAX);
    assert_true(rh_parse_u64("0", &u) && u == 0);
    static const char *const bad_i64[] = {"9223372036854775808", "-9223372036854775809", "",  "-",
                                          "1.0", "1e3", " 1", "1 ", "--1", "0x1", "+-1",
                                          "99999999999999999999999"};
    for (size_t k = 0; k < sizeof bad_i64 / sizeof bad_i64[0]; k++) {
        i = 7;
        assert_false(rh_parse_i64(bad_i64[k], &i));
        assert_true(i == 7);
    }
    static const char *const bad_u64[] = {"18446744073709551616", "-1", "+1", "", "1a",
                                          "184467440737095516150"};
    for (size_t k = 0; k < sizeof bad_u64 / sizeof bad_u64[0]; k++) {
        u = 7;
        assert_false(rh_parse_u64(bad_u64[k], &u));
        assert_true(u == 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts),
        cmocka_unit_test(random_bit_patterns_round_trip),
        cmocka_unit_test(prices_and_powers_round_trip),
        cmocka_unit_test(long_decimals_are_read_like_the_c_library),
        cmocka_unit_test(doubles_accepted),
        cmocka_unit_test(doubles_refused),
        cmocka_unit_test(random_decimals_agree_with_the_library),
        cmocka_unit_test(long_digit_strings_are_survived),
        cmocka_unit_test(whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
