/* Pacing: the wall clock is a number here. Claims: proportional, without drift however often it is
 * asked; never back; bounded by `until`; a change of speed, a pause, a stop leap over nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "host/pace.h"

#define SECOND INT64_C(1000000000)
#define T0 (INT64_C(1736121600) * SECOND)
#define W0 (INT64_C(77) * SECOND)

static void simulated_time_is_speed_times_wall_time(void **state)
{
    static const double speeds[] = {1e-6, 0.5, 1, 600, 3600, 1e5};
    (void)state;
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
        rh_pace pace;
        rh_pace_begin(&pace, speeds[i], T0, W0);
        assert_int_equal(rh_pace_due(&pace, W0), T0);
        for (int64_t s = 1; s < 20000; s *= 7) {     /* 63 years at the fastest */
            double expected = (double)s * 1e9 * speeds[i];
            double found = (double)(rh_pace_due(&pace, W0 + s * SECOND) - T0);
            assert_true(fabs(found - expected) <= 1.0 + 1e-15 * expected);
        }
    }
}

static void asking_often_does_not_drift(void **state)
{
    rh_pace pace;
    int64_t last = T0;
    (void)state;
    rh_pace_begin(&pace, 3600, T0, W0);
    for (int64_t wall = W0; wall <= W0 + 10 * SECOND; wall += 1234567) {
        int64_t due = rh_pace_due(&pace, wall);
        assert_true(due >= last);
        last = due;
    }
    assert_int_equal(rh_pace_due(&pace, W0 + 10 * SECOND), T0 + 36000 * SECOND);
}

static void a_wall_clock_that_jumps_back_stands_still(void **state)
{
    rh_pace pace;
    (void)state;
    rh_pace_begin(&pace, 600, T0, W0);
    assert_int_equal(rh_pace_due(&pace, W0 - 5 * SECOND), T0);
    assert_int_equal(rh_pace_due(&pace, INT64_MIN), T0);
}

static void far_ahead_is_no_overflow(void **state)
{
    rh_pace pace;
    (void)state;
    rh_pace_begin(&pace, RH_PACE_SPEED_MAX, T0, W0);
    assert_int_equal(rh_pace_due(&pace, INT64_MAX), INT64_MAX);
    rh_pace_begin(&pace, RH_PACE_SPEED_MAX, T0, INT64_MIN);
    assert_int_equal(rh_pace_due(&pace, INT64_MAX), INT64_MAX);
    pace.until_ns = T0 + 5;
    assert_int_equal(rh_pace_due(&pace, INT64_MAX), T0 + 5);
}

static void until_bounds_every_speed(void **state)
{
    static const double speeds[] = {1, 3600, (double)INFINITY};
    (void)state;
    for (int i = 0; i < 3; i++) {
        rh_pace pace;
        rh_pace_begin(&pace, speeds[i], T0, W0);
        pace.until_ns = T0 + 2 * SECOND;
        assert_int_equal(rh_pace_due(&pace, W0 + 3600 * SECOND), T0 + 2 * SECOND);
        rh_pace_pause(&pace, T0 + 2 * SECOND);
        assert_int_equal(pace.until_ns, INT64_MAX);
    }
}

static void max_is_everything(void **state)
{
    rh_pace pace;
    (void)state;
    rh_pace_begin(&pace, (double)INFINITY, T0, W0);
    assert_int_equal(rh_pace_due(&pace, W0), INT64_MAX);
}

static void a_pause_takes_no_simulated_time(void **state)
{
    rh_pace pace;
    (void)state;
    rh_pace_begin(&pace, 60, T0, W0);
    int64_t reached = rh_pace_due(&pace, W0 + 10 * SECOND);
    rh_pace_pause(&pace, reached);
    assert_int_equal(rh_pace_due(&pace, W0 + 500 * SECOND), reached);
    rh_pace_go_on(&pace, reached, W0 + 1000 * SECOND);
    assert_int_equal(rh_pace_due(&pace, W0 + 1001 * SECOND), reached + 60 * SECOND);
}

/* The machine was too slow for the speed: slowed down, the run goes on from where it really is. */
static void a_new_speed_starts_from_what_was_reached(void **state)
{
    rh_pace pace;
    (void)state;
    rh_pace_begin(&pace, 1e9, T0, W0);
    int64_t reached = T0 + 100 * SECOND;
    assert_true(rh_pace_due(&pace, W0 + SECOND) > reached);
    rh_pace_set_speed(&pace, 1, reached, W0 + SECOND);
    assert_int_equal(rh_pace_due(&pace, W0 + 2 * SECOND), reached + SECOND);
}

static void speeds_are_read_strictly(void **state)
{
    static const char *const bad[] = {"", "x", "0", "-1", "nan", "inf", "1e13", "1e-7", "60x",
                                      "MAX", "0x10", "6 0", "xx6"};
    double speed = 42;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(rh_pace_parse(bad[i], &speed));
        assert_true(speed == 42);
    }
    assert_true(rh_pace_parse("600", &speed) && speed == 600);
    assert_true(rh_pace_parse("x0.5", &speed) && speed == 0.5);
    assert_true(rh_pace_parse("max", &speed) && isinf(speed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simulated_time_is_speed_times_wall_time),
        cmocka_unit_test(asking_often_does_not_drift),
        cmocka_unit_test(a_wall_clock_that_jumps_back_stands_still),
        cmocka_unit_test(far_ahead_is_no_overflow),
        cmocka_unit_test(until_bounds_every_speed),
        cmocka_unit_test(max_is_everything),
        cmocka_unit_test(a_pause_takes_no_simulated_time),
        cmocka_unit_test(a_new_speed_starts_from_what_was_reached),
        cmocka_unit_test(speeds_are_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
