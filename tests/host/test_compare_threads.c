/* The comparison with the real engine on real threads: any number of threads, the same bytes.
 * Without a wall clock a summary is a function of its inputs, so whole summaries are compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "host/market.h"
#include "host/parallel.h"
#include "lua/lua_policy.h"
#include "study/compare.h"

enum { POLICIES = 8 };

static market_folder folder;

static void compare_with(int threads, rh_compare_run runs[POLICIES])
{
    const char *const policies[POLICIES] = {
        "native:none", "interval:every=5m", "delta_band:band=0.1", "delta_band:band=0.1",
        folder.broken, "delta_band:band=0.02", "no_such_policy", "interval:every=1m"};
    rh_workers workers = {threads};
    rh_error error = {0};
    rh_compare_request request = {
        .base = {.scenario_path = folder.scenario, .loader = &rh_lua_loader, .lua_version = "-"},
        .policies = policies, .count = POLICIES,
        .parallel = threads > 0 ? rh_host_parallel : NULL, .parallel_context = &workers};
    memset(runs, 0, POLICIES * sizeof *runs);
    if (rh_compare(&request, runs, &error) != RH_OK) fail_msg("%s", error.message);
}

static void check_expectations(const rh_compare_run runs[POLICIES])
{
    for (int i = 0; i < POLICIES; i++) {
        if (i == 6) continue;
        if (runs[i].status != RH_OK) fail_msg("%s: %s", runs[i].label, runs[i].error.message);
        assert_int_equal(runs[i].result.policy_failed, i == 4);
    }
    assert_int_not_equal(runs[6].status, RH_OK);
    assert_non_null(strstr(runs[6].error.message, "no_such_policy"));
    /* equal policies have equal numbers under different labels; different ones do not */
    assert_string_equal(runs[2].result.digest, runs[3].result.digest);
    assert_string_not_equal(runs[2].label, runs[3].label);
    assert_string_not_equal(runs[2].result.digest, runs[5].result.digest);
    assert_string_not_equal(runs[0].result.digest, runs[1].result.digest);
}

static void threads_change_nothing(void **state)
{
    static const int threads[] = {1, 2, 3, POLICIES};
    static rh_compare_run reference[POLICIES], runs[POLICIES];
    (void)state;
    compare_with(0, reference);
    check_expectations(reference);
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        compare_with(threads[t], runs);
        for (int i = 0; i < POLICIES; i++) {
            assert_int_equal(runs[i].status, reference[i].status);
            assert_string_equal(runs[i].label, reference[i].label);
            assert_string_equal(runs[i].error.message, reference[i].error.message);
            if (runs[i].status != RH_OK) continue;
            assert_string_equal(runs[i].result.summary.bytes, reference[i].result.summary.bytes);
        }
        rh_compare_free(runs, POLICIES);
    }
    rh_compare_free(reference, POLICIES);
}

static int begin(void **state)
{
    (void)state;
    return market_begin(&folder);
}

static int end(void **state)
{
    (void)state;
    return market_end(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_change_nothing)};
    return cmocka_run_group_tests(tests, begin, end);
}
