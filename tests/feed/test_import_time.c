/* Times of market data: every unit is found, kept to, and refused when it could be another. */
#include "feed_test.h"

#include "feed/import.h"

static int64_t read_time(const char *unit, const char *text)
{
    rh_import_clock clock;
    rh_error error = {0};
    int64_t time_ns = -1;
    assert_int_equal(rh_import_clock_init(&clock, unit, &error), RH_OK);
    if (rh_import_time(&clock, text, &time_ns, &error) != RH_OK)
        assert_true(error.message[0] != '\0');
    return time_ns;
}

static void units_are_found(void **state)
{
    (void)state;
    int64_t moment = at("2021-05-17T00:00:00Z");
    assert_int_equal(read_time(NULL, "1621209600"), moment);
    assert_int_equal(read_time(NULL, "1621209600000"), moment);
    assert_int_equal(read_time(NULL, "1621209600000000"), moment);
    assert_int_equal(read_time(NULL, "1621209600000000000"), moment);
    assert_int_equal(read_time(NULL, "2021-05-17"), moment);
    assert_int_equal(read_time(NULL, "2021-05-17 00:00:00+00:00"), moment);
    assert_int_equal(read_time(NULL, "2021-05-17T02:00:00+02:00"), moment);
}

static void decimals_are_exact(void **state)
{
    (void)state;
    assert_int_equal(read_time(NULL, "1621209600.123456789"),
                     at("2021-05-17T00:00:00.123456789Z"));
    assert_int_equal(read_time(NULL, "1621209600123.5"), at("2021-05-17T00:00:00.1235Z"));
    assert_int_equal(read_time(NULL, "1621209600.0000000019"),
                     at("2021-05-17T00:00:00.000000001Z"));
}

static void ambiguous_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_time(NULL, "20210517"), -1);
    assert_int_equal(read_time(NULL, "0"), -1);
    assert_int_equal(read_time(NULL, "99999999"), -1);
    assert_int_equal(read_time(NULL, "50000000000"), -1);
    assert_int_equal(read_time("s", "99999999"), INT64_C(99999999000000000));
    assert_int_equal(read_time("ms", "0"), 0);
}

static void nonsense_is_refused(void **state)
{
    static const char *const texts[] = {"", "-1", "yesterday", "1621209600e3", "0x60a1b000",
                                        "2021-13-01", "2021-05-17T00:00:00Zx",
                                        "99999999999999999999", "1621209600.12.3", " 1621209600"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i)
        assert_int_equal(read_time(NULL, texts[i]), -1);
    assert_int_equal(read_time("s", "9000000000"), -1);
    assert_int_equal(read_time("iso", "1621209600"), -1);
    assert_int_equal(read_time("ms", "2021-05-17"), -1);
}

static void unit_must_not_change(void **state)
{
    rh_import_clock clock;
    rh_error error;
    int64_t time_ns;
    (void)state;
    assert_int_equal(rh_import_clock_init(&clock, NULL, &error), RH_OK);
    assert_int_equal(rh_import_time(&clock, "1735689540000", &time_ns, &error), RH_OK);
    assert_int_equal(rh_import_time(&clock, "1735689600000000", &time_ns, &error), RH_INPUT);
    assert_non_null(strstr(error.message, "reads as us, but this file began with ms"));
    assert_int_equal(rh_import_clock_init(&clock, "minutes", &error), RH_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_found),      cmocka_unit_test(decimals_are_exact),
        cmocka_unit_test(ambiguous_is_refused), cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(unit_must_not_change),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
