/* The sink of all importers: order, duplicates, gaps, absurd values, ranges and bar paths, each
 * refused by default with file, line and the way out, each treated and counted when told. */
#include "feed_test.h"

#define HEADER "time,open,high,low,close,volume\n"
#define T0 "2021-05-17T00:00:00Z"

static rh_import_options defaults(void)
{
    rh_import_options options;
    rh_import_defaults(&options);
    return options;
}

static const char clean[] = HEADER "1621209600,10,12,9,11,5\n"
                                   "1621209660,11,12,8,9,6\n"
                                   "1621209720,9,9,9,9,0\n";

static void bar_is_its_close(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.instrument = "X-SPOT";
    imported got = import_text("csv", clean, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.report.interval_ns, MINUTE_NS);
    assert_int_equal(rh_tape_get_info(got.tape)->interval_ns, MINUTE_NS);
    assert_string_equal(rh_tape_instrument(got.tape, 0), "X-SPOT");
    const rh_record *first = &got.records[0];
    assert_int_equal(first->happened_ns, at(T0) + MINUTE_NS);
    assert_int_equal(first->known_ns, first->happened_ns);
    assert_int_equal(first->kind, RH_RECORD_BAR);
    assert_true(first->price == 11 && first->size == 5);
    assert_int_equal(first->flags, RH_RECORD_END_OF_BATCH | RH_RECORD_NO_SIDE);
    char hex[RH_SHA256_HEX];
    rh_sha256_of(clean, strlen(clean), hex);
    assert_string_equal(rh_tape_get_info(got.tape)->source_sha256, hex);
    done(&got);
}

static void bar_path_of_a_rising_and_a_falling_bar(void **state)
{
    static const double prices[] = {10, 9, 12, 11, /* falls: */ 11, 12, 8, 9, 9, 9, 9, 9};
    (void)state;
    rh_import_options options = defaults();
    options.ohlc = true;
    imported got = import_text("csv", clean, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 12);
    for (uint64_t i = 0; i < got.count; ++i) {
        const rh_record *record = &got.records[i];
        int64_t open_ns = at(T0) + (int64_t)(i / 4) * MINUTE_NS;
        assert_true(record->price == prices[i]);
        assert_int_equal(record->happened_ns, open_ns + (int64_t)(i % 4) * MINUTE_NS / 3);
        assert_int_equal(record->known_ns, i % 4 == 0 ? open_ns : open_ns + MINUTE_NS);
        assert_int_equal(record->kind, i % 4 == 3 ? RH_RECORD_BAR : RH_RECORD_BAR_POINT);
        assert_true(i % 4 == 3 || record->size == 0);
    }
    /* At the shared instant the close that ends a bar comes before the open that begins one. */
    assert_int_equal(got.records[3].happened_ns, got.records[4].happened_ns);
    assert_true(got.records[3].size == 5);
    done(&got);
}

/* A bar that ends where it began counts as rising: low before high. */
static void bar_path_of_a_level_bar(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.ohlc = true;
    options.interval_ns = MINUTE_NS;
    imported got = import_text("csv", HEADER "1621209600,10,12,9,10,5\n", &options);
    assert_imported(&got);
    assert_true(got.records[1].price == 9 && got.records[2].price == 12);
    done(&got);
}

static void ohlc_needs_ranges(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.ohlc = true;
    imported got = import_text("csv", "time,close\n1621209600,10\n", &options);
    assert_refused(&got, RH_INPUT, "ohlc needs open, high and low");
}

static const char holed[] = HEADER "1621209600,10,10,10,10,5\n"
                                      "1621209660,10,10,10,10,5\n"
                                      "1621209720,10,11,10,11,5\n"
                                      "1621209960,12,12,12,12,5\n"
                                      "1621210020,12,12,12,12,5\n";

static void gap_is_named(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    imported got = import_text("csv", holed, &options);
    assert_refused(&got, RH_INPUT, "in.data: line 5: gap of 4m from 2021-05-17T00:02:00Z to "
                                   "2021-05-17T00:06:00Z; pass --gaps keep or --gaps fill");
    assert_int_equal(got.report.gaps, 1);
    assert_int_equal(got.report.rows, 5);
    assert_int_equal(got.report.longest_gap_ns, 4 * MINUTE_NS);
}

static void gap_is_kept(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.gaps = RH_TREAT_KEEP;
    imported got = import_text("csv", holed, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 5);
    assert_int_equal(got.report.gaps, 1);
    assert_non_null(strstr(got.report.first_problem, "gap of 4m"));
    done(&got);
}

static void gap_is_filled(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.gaps = RH_TREAT_FILL;
    imported got = import_text("csv", holed, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 8);
    for (uint64_t i = 0; i < got.count; ++i)
        assert_int_equal(got.records[i].happened_ns, at(T0) + (int64_t)(i + 1) * MINUTE_NS);
    for (uint64_t i = 3; i < 6; ++i)
        assert_true(got.records[i].price == 11 && got.records[i].size == 0);
    done(&got);
    options.ohlc = true;
    got = import_text("csv", holed, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 32);
    done(&got);
}

static void gaps_outside_the_range_do_not_matter(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.to_ns = at("2021-05-17T00:03:00Z");
    imported got = import_text("csv", holed, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.report.outside, 2);
    done(&got);
    options = defaults();
    options.from_ns = at("2021-05-17T00:06:30Z");
    got = import_text("csv", holed, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 2);
    done(&got);
    /* One missing close inside is enough. */
    options.from_ns = at("2021-05-17T00:06:00Z");
    got = import_text("csv", holed, &options);
    assert_refused(&got, RH_INPUT, "gap of 4m");
    options = defaults();
    options.to_ns = at("2021-05-17T00:04:00Z");
    got = import_text("csv", holed, &options);
    assert_refused(&got, RH_INPUT, "gap of 4m");
}

static void range_is_closed_at_both_ends(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.from_ns = at("2021-05-17T00:01:00Z");
    options.to_ns = at("2021-05-17T00:02:00Z");
    imported got = import_text("csv", clean, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 2);
    done(&got);
    options.from_ns = options.to_ns = at("2022-05-17T00:01:00Z");
    got = import_text("csv", clean, &options);
    assert_refused(&got, RH_INPUT, "none of 3 rows lies in the time range");
}

static void duplicates(void **state)
{
    static const char text[] = HEADER "1621209600,10,10,10,10,5\n1621209660,10,10,10,10,5\n"
                                      "1621209660,10,11,10,11,5\n1621209720,10,10,10,10,5\n";
    (void)state;
    rh_import_options options = defaults();
    imported got = import_text("csv", text, &options);
    assert_refused(&got, RH_INPUT, "line 4: duplicate of line 3 at 2021-05-17T00:01:00Z; "
                                   "pass --duplicates drop");
    options.duplicates = RH_TREAT_DROP;
    got = import_text("csv", text, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.report.duplicates, 1);
    assert_true(got.records[1].price == 10); /* the first wins */
    done(&got);
}

static void reversals(void **state)
{
    static const char text[] = HEADER "1621209600,10,10,10,10,5\n1621209660,10,10,10,10,5\n"
                                      "1621209540,10,10,10,10,5\n1621209720,10,10,10,10,5\n";
    (void)state;
    rh_import_options options = defaults();
    imported got = import_text("csv", text, &options);
    assert_refused(&got, RH_INPUT, "line 4: time goes backwards from 2021-05-17T00:01:00Z to "
                                   "2021-05-16T23:59:00Z; pass --reversals drop");
    options.reversals = RH_TREAT_DROP;
    got = import_text("csv", text, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.report.reversals, 1);
    done(&got);
}

static void overlapping_bars_are_reversals(void **state)
{
    static const char text[] = HEADER "1621209600,10,10,10,10,5\n1621209660,10,10,10,10,5\n"
                                      "1621209690,10,10,10,10,5\n1621209720,10,10,10,10,5\n"
                                      "1621209780,10,10,10,10,5\n";
    (void)state;
    rh_import_options options = defaults();
    options.interval_ns = MINUTE_NS;
    imported got = import_text("csv", text, &options);
    assert_refused(&got, RH_INPUT, "opens before the bar of 2021-05-17T00:01:00Z has closed");
}

static void absurd_values(void **state)
{
    static const char *const rows[] = {
        "1621209660,10,10,10,0,5",   "1621209660,10,10,10,-3,5",  "1621209660,10,10,10,1e400,5",
        "1621209660,10,10,10,nan,5", "1621209660,10,10,10,inf,5", "1621209660,10,9,10,10,5",
        "1621209660,10,10,10,10,-1", "1621209660,10,10,10,,5",    "1621209660,10,10,10,1e16,5",
        "1621209660,10,10,10,1e-400,5", "1621209660,10,12,11,11,5", "1621209660,10,10,9,11,5",
        "1621209660,10,10,10,10,1e300"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        char text[512];
        snprintf(text, sizeof text, HEADER "1621209600,10,10,10,10,5\n%s\n"
                 "1621209720,10,10,10,10,5\n1621209780,10,10,10,10,5\n", rows[i]);
        rh_import_options options = defaults();
        options.interval_ns = MINUTE_NS;
        imported got = import_text("csv", text, &options);
        assert_refused(&got, RH_INPUT, "in.data: line 3: absurd");
        assert_non_null(strstr(got.error.message, "pass --absurd drop"));
        options.absurd = RH_TREAT_DROP;
        got = import_text("csv", text, &options);
        assert_refused(&got, RH_INPUT, "gap of 2m"); /* what is dropped leaves a hole */
        options.gaps = RH_TREAT_KEEP;
        got = import_text("csv", text, &options);
        assert_imported(&got);
        assert_int_equal(got.count, 3);
        assert_int_equal(got.report.absurd, 1);
        done(&got);
    }
}

static void everything_is_counted_before_the_refusal(void **state)
{
    static const char text[] = HEADER "1621209600,10,10,10,10,5\n1621209660,10,10,10,10,5\n"
                                      "1621209660,10,10,10,10,5\n1621209540,10,10,10,10,5\n"
                                      "1621209720,10,10,10,-1,5\n1621209900,10,10,10,10,5\n";
    (void)state;
    rh_import_options options = defaults();
    options.interval_ns = MINUTE_NS;
    imported got = import_text("csv", text, &options);
    assert_refused(&got, RH_INPUT, "(in all: gaps 1, duplicates 1, reversals 1, absurd 1)");
    assert_non_null(strstr(got.error.message, "line 4: duplicate"));
}

static void interval_is_the_frequent_spacing(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.gaps = RH_TREAT_KEEP;
    imported got = import_text("csv", HEADER "1621209600,1,1,1,1,1\n1621210200,1,1,1,1,1\n"
                               "1621210260,1,1,1,1,1\n1621210320,1,1,1,1,1\n", &options);
    assert_imported(&got);
    assert_int_equal(got.report.interval_ns, MINUTE_NS);
    assert_int_equal(got.report.gaps, 1);
    done(&got);
    got = import_text("csv", HEADER "1621209600,1,1,1,1,1\n", &options);
    assert_refused(&got, RH_INPUT, "bar length does not show; pass --interval");
    options.interval_ns = 5 * MINUTE_NS;
    got = import_text("csv", HEADER "1621209600,1,1,1,1,1\n", &options);
    assert_imported(&got);
    assert_int_equal(got.records[0].happened_ns, at("2021-05-17T00:05:00Z"));
    done(&got);
}

static void several_files_are_one_history(void **state)
{
    const char *paths[2] = {in_folder("a.csv"), in_folder("b.csv")};
    static const char a[] = HEADER "1621209600,1,1,1,1,1\n1621209660,1,1,1,1,1\n";
    static const char b[] = HEADER "1621209720000,1,1,1,1,1\n1621209780000,1,1,1,1,1\n";
    static const char late[] = HEADER "1621209780,1,1,1,1,1\n1621209840,1,1,1,1,1\n";
    (void)state;
    rh_import_options options = defaults();
    write_file("a.csv", a, strlen(a));
    write_file("b.csv", b, strlen(b));
    imported got = import_paths("csv", paths, 2, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 4);
    done(&got);
    write_file("b.csv", late, strlen(late));
    got = import_paths("csv", paths, 2, &options);
    assert_refused(&got, RH_INPUT, "b.csv: line 2: gap of 2m");
    const char *turned[2] = {paths[1], paths[0]};
    got = import_paths("csv", turned, 2, &options);
    assert_refused(&got, RH_INPUT, "a.csv: line 2: time goes backwards");
}

static void options_are_checked(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.gaps = RH_TREAT_DROP;
    imported got = import_text("csv", clean, &options);
    assert_refused(&got, RH_USAGE, "gaps: expected refuse, keep or fill");
    options = defaults();
    options.duplicates = RH_TREAT_KEEP;
    got = import_text("csv", clean, &options);
    assert_refused(&got, RH_USAGE, "expected refuse or drop");
    options = defaults();
    options.from_ns = 2;
    options.to_ns = 1;
    got = import_text("csv", clean, &options);
    assert_refused(&got, RH_USAGE, "from lies after to");
    rh_error error;
    assert_null(rh_feed_format_find("binance-kline", &error));
    assert_non_null(strstr(error.message, "did you mean \"binance-klines\"?"));
}

static void a_filled_gap_has_an_end(void **state)
{
    (void)state;
    rh_import_options options = defaults();
    options.gaps = RH_TREAT_FILL;
    imported got = import_text("csv", HEADER "1621209600,1,1,1,1,1\n1621209660,1,1,1,1,1\n"
                               "7121209660,1,1,1,1,1\n", &options);
    assert_refused(&got, RH_LIMIT, "too long to fill");
}

static void missing_file_is_named(void **state)
{
    const char *path = in_folder("absent.csv");
    (void)state;
    rh_import_options options = defaults();
    imported got = import_paths("csv", &path, 1, &options);
    assert_refused(&got, RH_INPUT, "absent.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bar_is_its_close),
        cmocka_unit_test(bar_path_of_a_rising_and_a_falling_bar),
        cmocka_unit_test(bar_path_of_a_level_bar),
        cmocka_unit_test(ohlc_needs_ranges),
        cmocka_unit_test(gap_is_named),
        cmocka_unit_test(gap_is_kept),
        cmocka_unit_test(gap_is_filled),
        cmocka_unit_test(gaps_outside_the_range_do_not_matter),
        cmocka_unit_test(range_is_closed_at_both_ends),
        cmocka_unit_test(duplicates),
        cmocka_unit_test(reversals),
        cmocka_unit_test(overlapping_bars_are_reversals),
        cmocka_unit_test(absurd_values),
        cmocka_unit_test(everything_is_counted_before_the_refusal),
        cmocka_unit_test(interval_is_the_frequent_spacing),
        cmocka_unit_test(several_files_are_one_history),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(a_filled_gap_has_an_end),
        cmocka_unit_test(missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
