/* The parallel-for: every index once, the status of the lowest failing index, any thread count.
 * Claims are checked over many sizes, with bodies that fail, stall and change the rounding mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fenv.h>
#include <time.h>

#include "host/parallel.h"

enum { COUNT_MAX = 1000 };

typedef struct tally {
    _Atomic int runs[COUNT_MAX];
    _Atomic int off_nearest;
    size_t fail_from, fail_every;       /* fail_every 0: never */
} tally;

static rh_status count_run(void *argument, size_t index)
{
    tally *all = argument;
    atomic_fetch_add(&all->runs[index], 1);
    if (fegetround() != FE_TONEAREST) atomic_fetch_add(&all->off_nearest, 1);
    if (all->fail_every == 0 || index < all->fail_from) return RH_OK;
    if ((index - all->fail_from) % all->fail_every != 0) return RH_OK;
    return index == all->fail_from ? RH_INPUT : RH_IO;
}

static void every_index_runs_once(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 17, COUNT_MAX};
    static const int threads[] = {-3, 0, 1, 2, 3, 8, RH_THREADS_MAX, RH_THREADS_MAX + 1000};
    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
            tally all = {0};
            rh_workers workers = {threads[t]};
            assert_int_equal(rh_host_parallel(&workers, counts[c], count_run, &all), RH_OK);
            for (size_t i = 0; i < COUNT_MAX; i++) {
                assert_int_equal(all.runs[i], i < counts[c] ? 1 : 0);
            }
        }
    }
}

/* Whoever fails first in time, the lowest index is reported, and the others still run. */
static void lowest_failure_wins(void **state)
{
    static const size_t from[] = {0, 1, 499, 999};
    (void)state;
    for (size_t f = 0; f < sizeof from / sizeof from[0]; f++) {
        for (int threads = 1; threads <= 8; threads *= 2) {
            tally all = {.fail_from = from[f], .fail_every = 1};
            rh_workers workers = {threads};
            assert_int_equal(rh_host_parallel(&workers, COUNT_MAX, count_run, &all), RH_INPUT);
            for (size_t i = 0; i < COUNT_MAX; i++) assert_int_equal(all.runs[i], 1);
        }
    }
}

typedef struct race { _Atomic int late_done; } race;

static rh_status fail_late_then_early(void *argument, size_t index)
{
    race *at = argument;
    struct timespec nap = {0, 1000000};
    if (index == 1) {
        atomic_store(&at->late_done, 1);
        return RH_IO;
    }
    for (int i = 0; i < 2000 && !atomic_load(&at->late_done); i++) nanosleep(&nap, NULL);
    return RH_LIMIT;
}

/* Index 1 fails while index 0 still runs: index 0 is reported all the same. */
static void a_later_failure_of_a_lower_index_wins(void **state)
{
    (void)state;
    race at = {0};
    rh_workers workers = {2};
    assert_int_equal(rh_host_parallel(&workers, 2, fail_late_then_early, &at), RH_LIMIT);
    assert_int_equal(at.late_done, 1);
}

typedef struct meeting { _Atomic int arrived; } meeting;

static rh_status wait_for_all(void *argument, size_t index)
{
    meeting *at = argument;
    struct timespec nap = {0, 1000000};
    (void)index;
    atomic_fetch_add(&at->arrived, 1);
    for (int i = 0; i < 5000 && atomic_load(&at->arrived) < 4; i++) nanosleep(&nap, NULL);
    return atomic_load(&at->arrived) == 4 ? RH_OK : RH_STATE;
}

/* Four bodies that wait for each other only end when four threads run them. */
static void threads_run_at_the_same_time(void **state)
{
    (void)state;
    meeting at = {0};
    rh_workers workers = {4};
    assert_int_equal(rh_host_parallel(&workers, 4, wait_for_all, &at), RH_OK);
}

static void workers_compute_in_round_to_nearest(void **state)
{
    (void)state;
    tally all = {0};
    rh_workers workers = {4};
    assert_int_equal(fesetround(FE_DOWNWARD), 0);   /* threads inherit it */
    assert_int_equal(rh_host_parallel(&workers, COUNT_MAX, count_run, &all), RH_OK);
    fesetround(FE_TONEAREST);
    assert_int_equal(all.off_nearest, 0);
}

static void there_is_a_processor(void **state)
{
    (void)state;
    assert_in_range(rh_host_processors(), 1, RH_THREADS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_index_runs_once),
        cmocka_unit_test(lowest_failure_wins),
        cmocka_unit_test(a_later_failure_of_a_lower_index_wins),
        cmocka_unit_test(threads_run_at_the_same_time),
        cmocka_unit_test(workers_compute_in_round_to_nearest),
        cmocka_unit_test(there_is_a_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
