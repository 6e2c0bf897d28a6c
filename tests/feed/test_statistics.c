/* What `tape check` says: counts, gaps named as the importer names them, moves and extremes. */
#include "feed_test.h"

#include <math.h>

#include "feed/statistics.h"

static rh_tape_statistics measure(const char *text, const char *map)
{
    rh_import_options options;
    rh_tape_statistics found;
    rh_import_defaults(&options);
    options.gaps = RH_TREAT_KEEP;
    options.map = map;
    imported got = import_text("csv", text, &options);
    assert_imported(&got);
    rh_tape_measure(got.tape, 0, &found);
    if (got.report.gaps > 0) {
        assert_int_equal(found.longest_from_ns, got.report.longest_gap_from_ns);
        assert_int_equal(found.longest_to_ns, got.report.longest_gap_to_ns);
    }
    done(&got);
    return found;
}

static void bars(void **state)
{
    (void)state;
    rh_tape_statistics found = measure("time,close,volume\n1621209600,10,1\n1621209660,10,2\n"
                                       "1621209720,12,3\n1621209960,9,4\n1621210020,9,5\n", NULL);
    assert_int_equal(found.records, 5);
    assert_int_equal(found.by_kind[RH_RECORD_BAR], 5);
    assert_int_equal(found.gaps, 1);
    assert_int_equal(found.longest_ns, 4 * MINUTE_NS);
    assert_int_equal(found.longest_from_ns, at("2021-05-17T00:02:00Z"));
    assert_int_equal(found.moves, 4);
    assert_int_equal(found.zero_moves, 2);
    assert_true(fabs(found.largest_move + 0.25) < 1e-15);
    assert_int_equal(found.largest_move_ns, at("2021-05-17T00:07:00Z"));
    assert_true(found.price_min == 9 && found.price_max == 12 && found.size_total == 15);
}

static void quotes_by_their_mid(void **state)
{
    (void)state;
    rh_tape_statistics found = measure("time,bid,ask\n1621209600,9,11\n1621209601,10,12\n"
                                       "1621209611,10,12\n", NULL);
    assert_int_equal(found.by_kind[RH_RECORD_QUOTE], 3);
    assert_int_equal(found.gaps, 0);
    assert_int_equal(found.longest_ns, INT64_C(10000000000));
    assert_int_equal(found.zero_moves, 1);
    assert_true(fabs(found.largest_move - 0.1) < 1e-15);
}

static void another_instrument_has_nothing(void **state)
{
    (void)state;
    rh_import_options options;
    rh_tape_statistics found;
    rh_import_defaults(&options);
    imported got = import_text("csv", "time,price\n1621209600,9\n", &options);
    rh_tape_measure(got.tape, 1, &found);
    assert_int_equal(found.records, 0);
    assert_true(found.price_min == 0 && found.largest_move == 0);
    done(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars),
        cmocka_unit_test(quotes_by_their_mid),
        cmocka_unit_test(another_instrument_has_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
