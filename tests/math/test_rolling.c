/* Rolling sums against brute force over the window, through overflows, ties, empty windows and
 * values of very different size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/random.h"
#include "math/rolling.h"

enum { CAPACITY = 64 };

/* The plain sum of the newest samples inside the window, with the ring's forgetting copied. */
typedef struct brute {
    int64_t times[100000];
    double values[100000];
    size_t first, count;
} brute;

static brute all;

static double brute_sum(double *largest)
{
    long double sum = 0.0L;
    for (size_t i = all.first; i < all.count; i++) {
        sum += (long double)all.values[i];
        *largest = fmax(*largest, fabs(all.values[i]));
    }
    return (double)sum;
}

static void check_against(const rh_rolling *rolling, double largest_ever)
{
    double largest = 0.0, sum = brute_sum(&largest);
    size_t count = all.count - all.first;
    assert_int_equal(rh_rolling_count(rolling), count);
    assert_true(rh_rolling_oldest_ns(rolling) == (count ? all.times[all.first] : INT64_MAX));
    /* One rounding of the sum, and what compensation leaves of everything that ever passed. */
    double tolerance = 4.0 * CAPACITY * largest * 0x1p-53 + largest_ever * 0x1p-85;
    assert_true(fabs(rh_rolling_sum(rolling) - sum) <= tolerance);
}

static void compare(uint64_t seed, int64_t window_ns, int wide)
{
    rh_rolling_sample memory[CAPACITY];
    rh_rolling rolling;
    rh_rolling_init(&rolling, memory, CAPACITY, window_ns);
    all.first = all.count = 0;
    rh_stream stream;
    rh_stream_init(&stream, seed, 0, 0);
    int64_t now_ns = 0;
    double largest_ever = 0.0;
    int overflowed = 0;
    for (int i = 0; i < 50000; i++) {
        now_ns += (int64_t)(rh_stream_u64(&stream) % 20);
        rh_rolling_advance(&rolling, now_ns);
        while (all.first < all.count && all.times[all.first] <= now_ns - window_ns) all.first++;
        double value = rh_stream_uniform(&stream) - 0.5;
        if (wide) value = ldexp(value, (int)(rh_stream_u64(&stream) % 60));
        if (i % 3 != 0) {
            rh_rolling_push(&rolling, now_ns, value);
            if (all.count - all.first == CAPACITY) {
                all.first++;
                overflowed = 1;
            }
            all.times[all.count] = now_ns;
            all.values[all.count++] = value;
            largest_ever = fmax(largest_ever, fabs(value));
        }
        assert_int_equal(rolling.overflowed, overflowed);
        check_against(&rolling, largest_ever * (i + 1));
    }
}

static void sums_agree_with_brute_force(void **state)
{
    (void)state;
    compare(1, 300, 0);
    compare(2, 300, 1);
    compare(3, 5000, 1); /* more than the ring holds */
    compare(4, 1, 0);
}

static void a_giant_leaves_no_trace(void **state)
{
    (void)state;
    rh_rolling_sample memory[8];
    rh_rolling rolling;
    rh_rolling_init(&rolling, memory, 8, 10);
    rh_rolling_push(&rolling, 0, 1e16);
    rh_rolling_push(&rolling, 1, 1.0);
    rh_rolling_push(&rolling, 2, 0.25);
    rh_rolling_advance(&rolling, 10);
    assert_true(rh_rolling_sum(&rolling) == 1.25);
    rh_rolling_advance(&rolling, 12);
    assert_true(rh_rolling_sum(&rolling) == 0.0);
    assert_int_equal(rh_rolling_count(&rolling), 0);
}

static void the_far_edge_is_outside(void **state)
{
    (void)state;
    rh_rolling_sample memory[4];
    rh_rolling rolling;
    rh_rolling_init(&rolling, memory, 4, 100);
    rh_rolling_push(&rolling, 50, 2.0);
    rh_rolling_advance(&rolling, 149);
    assert_int_equal(rh_rolling_count(&rolling), 1);
    rh_rolling_advance(&rolling, 150);
    assert_int_equal(rh_rolling_count(&rolling), 0);
    assert_true(rh_rolling_oldest_ns(&rolling) == INT64_MAX);
}

static void extreme_times_do_not_overflow(void **state)
{
    (void)state;
    rh_rolling_sample memory[4];
    rh_rolling rolling;
    rh_rolling_init(&rolling, memory, 4, INT64_MAX);
    rh_rolling_push(&rolling, -5, 1.0);
    rh_rolling_advance(&rolling, INT64_MIN + 3);
    rh_rolling_advance(&rolling, -4);
    assert_int_equal(rh_rolling_count(&rolling), 1);
    rh_rolling_advance(&rolling, INT64_MAX);
    assert_int_equal(rh_rolling_count(&rolling), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_agree_with_brute_force),
        cmocka_unit_test(a_giant_leaves_no_trace),
        cmocka_unit_test(the_far_edge_is_outside),
        cmocka_unit_test(extreme_times_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
