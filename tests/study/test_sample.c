/* Order statistics against a sort, on samples that a selection by digits could get wrong: ties,
 * both zeros, denormals, infinities, neighbours that differ in the last bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/order.h"
#include "math/random.h"
#include "study/sample.h"

enum { MAX = 3000 };

/* Every rank, in chunks of what one call takes. */
static void same_as_sorted(const rh_sample *sample)
{
    static double sorted[MAX];
    assert_true(sample->count <= MAX);
    for (size_t i = 0; i < sample->count; i++) sorted[i] = rh_sample_at(sample, i);
    rh_sort_ascending(sorted, sample->count);
    for (size_t first = 0; first < sample->count; first += RH_RANKS_MAX) {
        size_t ranks[RH_RANKS_MAX], count = 0;
        double values[RH_RANKS_MAX];
        for (size_t i = 0; i < RH_RANKS_MAX && first + i < sample->count; i++) {
            ranks[count++] = sample->count - 1 - (first + i); /* descending: order is free */
        }
        assert_int_equal(rh_order_statistics(sample, ranks, count, values, NULL), RH_OK);
        for (size_t i = 0; i < count; i++) assert_true(values[i] == sorted[ranks[i]]);
    }
}

static void normal_samples(void **state)
{
    static double values[MAX], other[MAX];
    rh_stream stream;
    (void)state;
    rh_stream_init(&stream, 1, 0, 0);
    for (size_t i = 0; i < MAX; i++) {
        values[i] = 1e5 + rh_stream_normal(&stream);
        other[i] = 1e5 + rh_stream_normal(&stream);
    }
    same_as_sorted(&(rh_sample){values, NULL, 0, MAX, 1});
    same_as_sorted(&(rh_sample){values, other, -1, MAX, 1});
    same_as_sorted(&(rh_sample){values, other, 1, MAX, 2});
    same_as_sorted(&(rh_sample){values, NULL, 0, 1, 1});
}

static void hostile_samples(void **state)
{
    static const double specials[] = {0.0,      -0.0,     DBL_MIN,   -DBL_MIN, 4.9e-324, -4.9e-324,
                                      DBL_MAX,  -DBL_MAX, INFINITY,  -INFINITY, 1.0,     -1.0,
                                      1.0 + DBL_EPSILON, 1.0 - DBL_EPSILON / 2};
    enum { SPECIALS = sizeof specials / sizeof *specials };
    static double values[MAX];
    rh_stream stream;
    (void)state;
    rh_stream_init(&stream, 2, 0, 0);
    for (size_t i = 0; i < MAX; i++) values[i] = specials[rh_stream_u64(&stream) % SPECIALS];
    same_as_sorted(&(rh_sample){values, NULL, 0, MAX, 1});
    for (size_t i = 0; i < MAX; i++) values[i] = nextafter(values[i % 7], i % 2 ? 2.0 : -2.0);
    same_as_sorted(&(rh_sample){values, NULL, 0, MAX, 1});
    for (size_t i = 0; i < MAX; i++) values[i] = -3.25;
    same_as_sorted(&(rh_sample){values, NULL, 0, MAX, 1});
    for (size_t i = 0; i < MAX; i++) { /* any bits that are a number */
        uint64_t bits = rh_stream_u64(&stream);
        memcpy(&values[i], &bits, sizeof bits);
        if (isnan(values[i])) values[i] = (double)i;
    }
    same_as_sorted(&(rh_sample){values, NULL, 0, MAX, 1});
}

static void the_same_rank_again(void **state)
{
    const double values[] = {3, 1, 2};
    const size_t ranks[] = {2, 0, 2, 2, 1};
    double found[5];
    (void)state;
    assert_int_equal(rh_order_statistics(&(rh_sample){values, NULL, 0, 3, 1}, ranks, 5, found,
                                         NULL), RH_OK);
    const double expected[] = {3, 1, 3, 3, 2};
    for (int i = 0; i < 5; i++) assert_true(found[i] == expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_samples),
        cmocka_unit_test(hostile_samples),
        cmocka_unit_test(the_same_rank_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
