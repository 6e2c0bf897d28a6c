/* Suggestions people would agree with, and escaping that leaves nothing a terminal could obey. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/limits.h"
#include "base/random.h"
#include "base/text.h"

static const char *const names[] = {"spread_bps", "taker_bps", "latency_ms", "depth", "kind",
                                    "band",       "every",     "to"};
#define NAME_COUNT (sizeof names / sizeof names[0])

static void slips_find_their_name(void **state)
{
    (void)state;
    static const char *const slips[][2] = {
        {"spred_bps", "spread_bps"}, {"SPREAD_BPS", "spread_bps"}, {"taker_pbs", "taker_bps"},
        {"latency", "latency_ms"},   {"latencyms", "latency_ms"},  {"dpeth", "depth"},
        {"bnad", "band"},            {"evry", "every"},            {"kinds", "kind"},
        {"ot", "to"},                {"zzzzzz", NULL},             {"", NULL},
        {"colour", NULL},
    };
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        const char *found = rh_nearest_name(slips[i][0], names, NAME_COUNT);
        if (slips[i][1]) {
            assert_non_null(found);
            assert_string_equal(found, slips[i][1]);
        } else {
            assert_null(found);
        }
    }
    assert_null(rh_nearest_name("band", names, 0));
}

static void hostile_names_are_survived(void **state)
{
    (void)state;
    char long_name[5000];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_null(rh_nearest_name(long_name, names, NAME_COUNT));
    const char *const others[] = {long_name, "", "band"};
    assert_ptr_equal(rh_nearest_name("bandd", others, 3), others[2]);
    long_name[RH_NAME_MAX - 1] = '\0';
    assert_null(rh_nearest_name(long_name, names, NAME_COUNT));
}

static void check_escape(const char *text, size_t length, size_t capacity, const char *expected)
{
    char out[256];
    memset(out, '#', sizeof out);
    rh_text_escape(out, capacity, text, length);
    assert_string_equal(out, expected);
    assert_true(strlen(out) < capacity);
    assert_int_equal(out[capacity], '#');
}

static void escapes(void **state)
{
    (void)state;
    check_escape("plain \\ text", 12, 100, "plain \\ text");
    check_escape("a\0b\n\r\t\x7f", 7, 100, "a\\x00b\\x0A\\x0D\\x09\\x7F");
    check_escape("\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82", 9, 100,
                 "\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82");
    check_escape("\xc2\x85", 2, 100, "\\xC2\\x85");                         /* C1 */
    check_escape("\xe2\x80\xae", 3, 100, "\\xE2\\x80\\xAE");                /* direction */
    check_escape("\xc0\xaf", 2, 100, "\\xC0\\xAF");                         /* overlong */
    check_escape("\xe0\x80\xaf", 3, 100, "\\xE0\\x80\\xAF");
    check_escape("\xed\xa0\x80", 3, 100, "\\xED\\xA0\\x80");                /* surrogate */
    check_escape("\xf4\x90\x80\x80", 4, 100, "\\xF4\\x90\\x80\\x80");       /* beyond */
    check_escape("\xe2\x82", 2, 100, "\\xE2\\x82");                         /* truncated */
}

static void cuts_never_split_a_unit(void **state)
{
    (void)state;
    check_escape("abcdef", 6, 7, "abcdef");
    check_escape("abcdefg", 7, 7, "abc...");
    check_escape("abc\n\n", 5, 8, "abc...");
    check_escape("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 9, 9, "\xe2\x82\xac...");
    check_escape("abcdef", 6, 3, "..");
    check_escape("abcdef", 6, 1, "");
}

static void escaping_twice_changes_nothing(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 4, 0, 0);
    for (int round = 0; round < 20000; round++) {
        char text[24], once[200], twice[200];
        size_t length = rh_stream_u64(&stream) % sizeof text;
        for (size_t i = 0; i < length; i++) text[i] = (char)rh_stream_u64(&stream);
        rh_text_escape(once, sizeof once, text, length);
        rh_text_escape(twice, sizeof twice, once, strlen(once));
        assert_string_equal(once, twice);
        for (const char *at = once; *at; at++)
            assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_find_their_name),     cmocka_unit_test(hostile_names_are_survived),
        cmocka_unit_test(escapes),                   cmocka_unit_test(cuts_never_split_a_unit),
        cmocka_unit_test(escaping_twice_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
