/* Times and durations: known instants, every day of two centuries, hostile input, exact
 * fractions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/limits.h"
#include "base/random.h"
#include "base/text.h"

#define NS_PER_S INT64_C(1000000000)

static void known_times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time_ns;
    } rows[] = {
        {"1970-01-01", 0},
        {"2021-05-17", INT64_C(1621209600) * NS_PER_S},
        {"2021-05-17T00:00:00Z", INT64_C(1621209600) * NS_PER_S},
        {"2021-05-20T08:30:00", INT64_C(1621499400) * NS_PER_S},
        {"2021-05-20 08:30:00", INT64_C(1621499400) * NS_PER_S},
        {"2021-05-20 08:30:00.123456789+00:00", INT64_C(1621499400123456789)},
        {"2021-05-20T08:30:00.5Z", INT64_C(1621499400500000000)},
        {"2021-05-20T10:30:00+02:00", INT64_C(1621499400) * NS_PER_S},
        {"2021-05-20T03:00:00-05:30", INT64_C(1621499400) * NS_PER_S},
        {"2000-02-29T23:59:59.999999999Z", INT64_C(951868799999999999)},
        {"2200-01-01T00:00:00Z", RH_TIME_NS_MAX},
        {"1970-01-01T05:00:00+05:00", 0},
        {"1969-12-31T23:00:00-01:00", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t time_ns = -1;
        assert_true(rh_parse_time(rows[i].text, &time_ns));
        assert_true(time_ns == rows[i].time_ns);
    }
}

static void hostile_times(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "2021",
        "2021-05",
        "2021-5-17",
        "2021-05-17Z",
        "2021-05-17T",
        "2021-05-17T00:00",
        "2021-05-17T00:00:00z",
        "2021-05-17t00:00:00Z",
        "2021-05-17T00:00:00ZZ",
        "2021-05-17T00:00:00 Z",
        "2021-05-17  00:00:00",
        " 2021-05-17",
        "2021-05-17 ",
        "2021-02-29",
        "2100-02-29",
        "2021-04-31",
        "2021-00-10",
        "2021-13-10",
        "2021-05-00",
        "2021-05-32",
        "2021-05-17T24:00:00Z",
        "2021-05-17T23:60:00Z",
        "2021-05-17T23:59:60Z",
        "2021-05-17T00:00:00.Z",
        "2021-05-17T00:00:00.1234567890Z",
        "2021-05-17T00:00:00,5Z",
        "2021-05-17T00:00:00+1:00",
        "2021-05-17T00:00:00+0100",
        "2021-05-17T00:00:00+24:00",
        "2021-05-17T00:00:00+00:60",
        "2021-05-17T-1:00:00Z",
        "+2021-05-17",
        "-2021-05-17",
        "20210517",
        "1621209600",
        "1969-12-31",
        "1969-12-31T23:59:59.999999999Z",
        "2200-01-01T00:00:00.000000001Z",
        "2200-01-02",
        "9999-12-31",
        "0000-01-01",
        "1970-01-01T00:00:00+00:01",
        "\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa1-05-17",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t time_ns = 77;
        assert_false(rh_parse_time(texts[i], &time_ns));
        assert_true(time_ns == 77);
    }
}

/* A calendar by counting, to check the formula by. */
static void every_day_counts_on(void **state)
{
    (void)state;
    int year = 1970, month = 1, day = 1;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int64_t time_ns = 0; time_ns <= RH_TIME_NS_MAX; time_ns += 86400 * NS_PER_S) {
        char text[RH_TIME_TEXT], expected[32] = "yyyy-mm-ddT00:00:00Z";
        const int parts[] = {year / 100, year % 100, month, day};
        const int places[] = {0, 2, 5, 8};
        for (int i = 0; i < 4; i++) {
            expected[places[i]] = (char)('0' + parts[i] / 10);
            expected[places[i] + 1] = (char)('0' + parts[i] % 10);
        }
        assert_int_equal(rh_text_time(text, time_ns), 20);
        assert_string_equal(text, expected);
        int64_t back = -1;
        assert_true(rh_parse_time(text, &back) && back == time_ns);
        int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if (++day > lengths[month - 1] + (month == 2 && leap)) {
            day = 1;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
    assert_int_equal(year, 2200);
}

static void times_round_trip(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 21, 0, 0);
    for (int i = 0; i < 200000; i++) {
        int64_t time_ns = (int64_t)(rh_stream_u64(&stream) % ((uint64_t)RH_TIME_NS_MAX + 1));
        if (i % 4 == 0) time_ns -= time_ns % NS_PER_S;
        if (i % 4 == 1) time_ns -= time_ns % 1000000;
        char text[RH_TIME_TEXT];
        int64_t back = -1;
        size_t length = rh_text_time(text, time_ns);
        assert_int_equal(length, strlen(text));
        assert_true(rh_parse_time(text, &back));
        assert_true(back == time_ns);
    }
    char text[RH_TIME_TEXT];
    rh_text_time(text, 500000000);
    assert_string_equal(text, "1970-01-01T00:00:00.5Z");
    rh_text_time(text, -1);
    assert_string_equal(text, "1969-12-31T23:59:59.999999999Z");
    rh_text_time(text, INT64_MIN);
    assert_string_equal(text, "1677-09-21T00:12:43.145224192Z");
    rh_text_time(text, INT64_MAX);
    assert_string_equal(text, "2262-04-11T23:47:16.854775807Z");
}

static void known_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t duration_ns;
    } rows[] = {
        {"500ms", 500000000},
        {"5s", 5 * NS_PER_S},
        {"1m", 60 * NS_PER_S},
        {"1h", 3600 * NS_PER_S},
        {"1d", 86400 * NS_PER_S},
        {"250us", 250000},
        {"10ns", 10},
        {"0s", 0},
        {"1.5h", 5400 * NS_PER_S},
        {"0.1s", 100000000},
        {"1.000000001s", NS_PER_S + 1},
        {"2.50000000000000000000000m", 150 * NS_PER_S},
        {"4h45m", 17100 * NS_PER_S},
        {"1d2h3m4s5ms6us7ns", INT64_C(93784005006007)},
        {"9223372036854775807ns", INT64_MAX},
        {"106751d", INT64_C(106751) * 86400 * NS_PER_S},
        {"106751d23h47m16.854775807s", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t duration_ns = -1;
        assert_true(rh_parse_duration(rows[i].text, &duration_ns));
        assert_true(duration_ns == rows[i].duration_ns);
    }
}

static void hostile_durations(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",      "5",    "s",       "-5s",   "+5s",  " 5s",  "5 s",   "5s ",  "5S",
        "5sec",  "1.s",  ".5s",     "1e3s",  "1.5",  "1,5s", "0.5ns", "1.5.5s",
        "1m1h",  "1s1s", "1.5h30m", "inf",   "nan",  "5w",   "1y",    "0x5s",
        "9223372036854775808ns", "106752d", "99999999999999999999s", "1d9223372036854775807ns",
        "106751d23h47m16.854775808s", "1.0000000001s", "0.00000000000001d",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t duration_ns = 77;
        assert_false(rh_parse_duration(texts[i], &duration_ns));
        assert_true(duration_ns == 77);
    }
}

static void durations_round_trip(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 22, 0, 0);
    for (int i = 0; i < 100000; i++) {
        uint64_t shift = 1 + rh_stream_u64(&stream) % 63;
        int64_t duration_ns = (int64_t)(rh_stream_u64(&stream) >> shift);
        char text[RH_TIME_TEXT];
        int64_t back = -1;
        size_t length = rh_text_duration(text, duration_ns);
        assert_int_equal(length, strlen(text));
        assert_true(rh_parse_duration(text, &back));
        assert_true(back == duration_ns);
    }
    char text[RH_TIME_TEXT];
    rh_text_duration(text, 17100 * NS_PER_S);
    assert_string_equal(text, "4h45m");
    rh_text_duration(text, 80000000);
    assert_string_equal(text, "80ms");
    rh_text_duration(text, 0);
    assert_string_equal(text, "0s");
    rh_text_duration(text, -1500000000);
    assert_string_equal(text, "-1s500ms");
    rh_text_duration(text, INT64_MIN);
    assert_string_equal(text, "-106751d23h47m16s854ms775us808ns");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_times),         cmocka_unit_test(hostile_times),
        cmocka_unit_test(every_day_counts_on), cmocka_unit_test(times_round_trip),
        cmocka_unit_test(known_durations),     cmocka_unit_test(hostile_durations),
        cmocka_unit_test(durations_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
