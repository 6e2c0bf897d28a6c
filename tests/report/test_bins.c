/* Time bins against brute force: nothing between the first and the last row may be lost, whatever
 * the times, and no bin may hold a row of another bin's interval. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka needs the four above */
#include <cmocka.h>
#include <math.h>

#include "report/bins.h"

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double random_value(uint64_t *state)
{
    return (double)(int64_t)next_random(state) / 9e15;
}

typedef struct sample {
    int64_t time_ns;
    double value;
} sample;

/* Compare every bin of column 0 with the samples that belong to it. */
static void check_bins(const rh_bins *bins, const sample *samples, size_t count)
{
    size_t at = 0;
    for (int bin = 0; bin < bins->used; bin++) {
        int64_t begin = bins->from_ns + bin * bins->width_ns, end = begin + bins->width_ns;
        const rh_extent *cell = rh_bins_cell(bins, bin, 0);
        uint64_t rows = 0;
        bool any = false;
        double least = 0, greatest = 0, first = 0, last = 0;
        for (; at < count && samples[at].time_ns < end; at++, rows++) {
            double value = samples[at].value;
            assert_true(samples[at].time_ns >= begin);
            if (isnan(value)) continue;
            least = any && least < value ? least : value;
            greatest = any && greatest > value ? greatest : value;
            first = any ? first : value;
            last = value;
            any = true;
        }
        assert_int_equal(bins->rows[bin], rows);
        assert_int_equal(cell->any, any);
        if (!any) continue;
        assert_true(cell->min == least && cell->max == greatest);
        assert_true(cell->first == first && cell->last == last);
        assert_true(cell->first_ns <= cell->min_ns && cell->min_ns <= cell->last_ns);
        assert_true(cell->first_ns <= cell->max_ns && cell->max_ns <= cell->last_ns);
    }
    assert_int_equal(at, count);
}

static void run_series(uint64_t seed, size_t count, int64_t largest_step)
{
    uint64_t state = seed;
    sample *samples = calloc(count, sizeof *samples);
    rh_bins bins;
    assert_non_null(samples);
    assert_int_equal(rh_bins_init(&bins, 2, NULL), RH_OK);
    int64_t time_ns = INT64_C(1621209600000000000);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) time_ns += (int64_t)(next_random(&state) % (uint64_t)largest_step);
        double value = random_value(&state);
        if (next_random(&state) % 16 == 0) value = (double)NAN;
        samples[i] = (sample){time_ns, value};
        rh_bins_row(&bins, time_ns, (double[]){value, -value});
    }
    check_bins(&bins, samples, count);
    assert_int_equal(bins.row_count, count);
    assert_int_equal(bins.last_ns, samples[count - 1].time_ns);
    rh_extent plus = rh_bins_total(&bins, 0), minus = rh_bins_total(&bins, 1);
    if (plus.any) assert_true(plus.min == -minus.max && plus.last == -minus.last);
    rh_bins_free(&bins);
    free(samples);
}

static void bins_hold_what_brute_force_finds(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        run_series(seed, 1 + (size_t)seed * 800, 2);
        run_series(seed, 5000, INT64_C(120000000000));
        run_series(seed, 300, INT64_C(20000000000000000));
    }
    run_series(99, 1, 2);
}

static void bins_are_at_least_half_full_of_time(void **state)
{
    (void)state;
    rh_bins bins;
    assert_int_equal(rh_bins_init(&bins, 1, NULL), RH_OK);
    for (int64_t i = 0; i < 100000; i++) rh_bins_row(&bins, i * 1000, (double[]){1});
    assert_true(bins.used >= RH_BINS_MAX / 2 && bins.used <= RH_BINS_MAX);
    int groups = (bins.used + rh_bins_group(&bins) - 1) / rh_bins_group(&bins);
    assert_true(groups <= RH_BIN_GROUPS_MAX && groups > RH_BIN_GROUPS_MAX / 2);
    rh_bins_free(&bins);
}

static void the_whole_span_of_time_fits(void **state)
{
    (void)state;
    rh_bins bins;
    assert_int_equal(rh_bins_init(&bins, 1, NULL), RH_OK);
    rh_bins_row(&bins, RH_TIME_NS_MIN, (double[]){1});
    rh_bins_row(&bins, RH_TIME_NS_MAX, (double[]){2});
    rh_extent all = rh_bins_total(&bins, 0);
    assert_true(all.first == 1 && all.last == 2);
    assert_int_equal(rh_bins_at(&bins, RH_TIME_NS_MAX), bins.used - 1);
    rh_bins_free(&bins);
}

static void aligned_bins_share_intervals_and_clamp(void **state)
{
    (void)state;
    rh_bins ledger, fills;
    assert_int_equal(rh_bins_init(&ledger, 1, NULL), RH_OK);
    assert_int_equal(rh_bins_init(&fills, 1, NULL), RH_OK);
    for (int64_t i = 0; i < 5000; i++) rh_bins_row(&ledger, 1000 + i * 60, (double[]){1});
    rh_bins_align(&fills, &ledger);
    rh_bins_row(&fills, 0, (double[]){1});              /* before the span */
    rh_bins_row(&fills, ledger.last_ns + 999999, (double[]){2});
    assert_int_equal(fills.width_ns, ledger.width_ns);
    assert_int_equal(fills.rows[0], 1);
    assert_int_equal(fills.rows[ledger.used - 1], 1);
    assert_int_equal(fills.used, ledger.used);
    rh_bins_free(&ledger);
    rh_bins_free(&fills);
}

static void undrawable_values_are_absent(void **state)
{
    (void)state;
    rh_bins bins;
    assert_int_equal(rh_bins_init(&bins, 1, NULL), RH_OK);
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 1e300};
    for (int i = 0; i < 4; i++) rh_bins_row(&bins, i, &bad[i]);
    assert_false(rh_bins_total(&bins, 0).any);
    assert_int_equal(bins.row_count, 4);
    rh_bins_free(&bins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_hold_what_brute_force_finds),
        cmocka_unit_test(bins_are_at_least_half_full_of_time),
        cmocka_unit_test(the_whole_span_of_time_fits),
        cmocka_unit_test(aligned_bins_share_intervals_and_clamp),
        cmocka_unit_test(undrawable_values_are_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
