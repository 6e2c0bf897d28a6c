/* The comparison against an engine made for this test: labels, order, failures, directories.
 * The fake engine's result is a function of the request alone, so any difference between orders of
 * execution would be the comparison's doing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "study/compare.h"

/* --- the fake engine: takes the place of the real one at link time -------------------------- */

static int engine_runs, engine_frees;

rh_status rh_run_scenario(const rh_run_request *request, rh_run_result *result, rh_error *error)
{
    engine_runs++;
    if (request->progress) request->progress(request->progress_context, 0.5, 10);
    if (strstr(request->policy, "refused")) {
        return rh_fail(error, RH_POLICY, "%s:1: refused", request->policy);
    }
    if (strstr(request->policy, "interrupts")) return rh_fail(error, RH_INTERRUPTED, "stop");
    rh_buffer_printf(&result->summary, "{\"policy\": \"%s\", \"seed\": \"%s\", \"out\": \"%s\"}",
                     request->policy, request->seed ? request->seed : "7",
                     request->out_dir ? request->out_dir : "");
    result->events = strlen(request->policy);
    if (strstr(request->policy, "killed")) {
        result->policy_failed = true;
        snprintf(result->policy_message, sizeof result->policy_message, "killed");
    }
    return RH_OK;
}

void rh_run_result_free(rh_run_result *result)
{
    engine_frees++;
    rh_buffer_free(&result->summary);
}

/* --- labels -------------------------------------------------------------------------------- */

static void label_is(const char *policy, const char *label)
{
    rh_compare_run run = {0};
    rh_compare_labels(&policy, NULL, 1, &run);
    assert_string_equal(run.label, label);
    assert_ptr_equal(run.policy, policy);
}

static void labels_are_readable(void **state)
{
    (void)state;
    label_is("delta_band", "delta_band");
    label_is("my.lua", "my");
    label_is("./deep/folder/my.lua", "my");
    label_is("native:none", "native-none");
    label_is("delta_band:band=0.4,to=centre", "delta_band-band=0.4-to=centre");
    label_is("a/my.lua:band=0.4", "my-band=0.4");
    label_is(".lua", "lua");
    label_is("x.lua.lua", "x.lua");
}

/* Whatever a person types becomes one path component that is neither hidden nor special. */
static void labels_are_file_names(void **state)
{
    static const char *const hostile[] = {
        "", ".", "..", "...", "/", "//", "../../etc/passwd", "a/..", ":", ":x=/etc/passwd", "-rf",
        "--out", "a b\tc\n", "\x1b[31mred", "\xc3\xa9t\xc3\xa9", "$(reboot)", "a\\b", "x:../../y",
        "~", "*", "CON:", "\"'`",
        "0123456789012345678901234567890123456789012345678901234567890123456789.lua"};
    enum { COUNT = sizeof hostile / sizeof hostile[0] };
    static rh_compare_run runs[COUNT];
    (void)state;
    rh_compare_labels(hostile, NULL, COUNT, runs);
    for (size_t i = 0; i < COUNT; i++) {
        const char *label = runs[i].label;
        assert_in_range(strlen(label), 1, RH_NAME_MAX - 1);
        assert_true(label[0] != '.' && label[0] != '-');
        assert_int_equal(strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789._=+-"), strlen(label));
        for (size_t j = 0; j < i; j++) assert_string_not_equal(label, runs[j].label);
    }
}

static void labels_are_unique(void **state)
{
    static const char *const same[] = {"a", "A.lua", "x/a.lua", "a-2", "a", "a-2-2"};
    static rh_compare_run runs[6];
    (void)state;
    rh_compare_labels(same, NULL, 6, runs);
    assert_string_equal(runs[0].label, "a");
    assert_string_equal(runs[1].label, "A-2");
    assert_string_equal(runs[2].label, "a-3");
    assert_string_equal(runs[3].label, "a-2-2");
    assert_string_equal(runs[4].label, "a-4");
    assert_string_equal(runs[5].label, "a-2-2-2");
}

static void long_equal_labels_stay_unique(void **state)
{
    static const char *policies[RH_COMPARE_POLICIES_MAX];
    static rh_compare_run runs[RH_COMPARE_POLICIES_MAX];
    char name[200];
    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (size_t i = 0; i < RH_COMPARE_POLICIES_MAX; i++) policies[i] = name;
    rh_compare_labels(policies, NULL, RH_COMPARE_POLICIES_MAX, runs);
    for (size_t i = 0; i < RH_COMPARE_POLICIES_MAX; i++) {
        for (size_t j = 0; j < i; j++) assert_string_not_equal(runs[i].label, runs[j].label);
    }
}

/* --- runs ---------------------------------------------------------------------------------- */

static rh_status backwards(void *context, size_t count,
                           rh_status (*body)(void *argument, size_t index), void *argument)
{
    rh_status status = RH_OK;
    (*(int *)context)++;
    for (size_t i = count; i-- > 0;) {
        rh_status one = body(argument, i);
        if (one != RH_OK) status = one;
    }
    return status;
}

typedef struct seen { int finished[8]; int progressed[8]; int fail_finish_of; } seen;

static rh_status note_finish(void *context, size_t index, rh_run_result *result, rh_error *error)
{
    seen *what = context;
    assert_non_null(result->summary.bytes);
    what->finished[index]++;
    if (what->fail_finish_of == (int)index) return rh_fail(error, RH_IO, "disk full");
    return RH_OK;
}

static void note_progress(void *context, size_t index, double fraction, uint64_t events)
{
    seen *what = context;
    assert_true(fraction == 0.5 && events == 10);
    what->progressed[index]++;
}

static rh_compare_request request_of(const char *const *policies, size_t count, seen *what)
{
    return (rh_compare_request){.base = {.scenario_path = "s.json", .seed = "11"},
                                .policies = policies, .count = count, .finish = note_finish,
                                .progress = note_progress, .context = what};
}

static void failures_stop_nobody(void **state)
{
    static const char *const policies[] = {"refused", "good", "killed", "last"};
    (void)state;
    seen what = {.fail_finish_of = 3};
    rh_compare_run runs[4];
    rh_error error = {0};
    memset(runs, 0, sizeof runs);
    engine_runs = engine_frees = 0;
    rh_compare_request request = request_of(policies, 4, &what);
    assert_int_equal(rh_compare(&request, runs, &error), RH_OK);
    assert_int_equal(engine_runs, 4);
    assert_int_equal(runs[0].status, RH_POLICY);
    assert_string_equal(runs[0].error.message, "refused:1: refused");
    assert_int_equal(runs[1].status, RH_OK);
    assert_false(runs[1].result.policy_failed);
    assert_string_equal(runs[1].result.summary.bytes,
                        "{\"policy\": \"good\", \"seed\": \"11\", \"out\": \"\"}");
    assert_int_equal(runs[2].status, RH_OK);
    assert_true(runs[2].result.policy_failed);
    assert_int_equal(runs[3].status, RH_IO);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(what.finished[i], i == 0 ? 0 : 1);
        assert_int_equal(what.progressed[i], 1);
    }
    rh_compare_free(runs, 4);
    assert_int_equal(engine_frees, 4);
}

static void order_of_execution_changes_nothing(void **state)
{
    static const char *const policies[] = {"a", "b:x=1", "refused", "killed", "a"};
    (void)state;
    seen what = {.fail_finish_of = -1};
    rh_compare_run forward[5], backward[5];
    int used = 0;
    memset(forward, 0, sizeof forward);
    memset(backward, 0, sizeof backward);
    rh_compare_request request = request_of(policies, 5, &what);
    assert_int_equal(rh_compare(&request, forward, NULL), RH_OK);
    request.parallel = backwards;
    request.parallel_context = &used;
    assert_int_equal(rh_compare(&request, backward, NULL), RH_OK);
    assert_int_equal(used, 1);
    for (int i = 0; i < 5; i++) {
        assert_string_equal(forward[i].label, backward[i].label);
        assert_int_equal(forward[i].status, backward[i].status);
        assert_string_equal(forward[i].error.message, backward[i].error.message);
        if (forward[i].status != RH_OK) continue;
        assert_string_equal(forward[i].result.summary.bytes, backward[i].result.summary.bytes);
    }
    rh_compare_free(forward, 5);
    rh_compare_free(backward, 5);
}

static void an_interruption_ends_the_whole(void **state)
{
    static const char *const policies[] = {"a", "interrupts"};
    (void)state;
    seen what = {.fail_finish_of = -1};
    rh_compare_run runs[2];
    rh_error error = {0};
    memset(runs, 0, sizeof runs);
    rh_compare_request request = request_of(policies, 2, &what);
    assert_int_equal(rh_compare(&request, runs, &error), RH_INTERRUPTED);
    rh_compare_free(runs, 2);

    volatile int stop = 1;
    memset(runs, 0, sizeof runs);
    request = request_of(policies, 1, &what);
    request.base.stop = &stop;
    engine_runs = 0;
    assert_int_equal(rh_compare(&request, runs, &error), RH_INTERRUPTED);
    assert_int_equal(engine_runs, 0);
    rh_compare_free(runs, 1);
}

static void counts_are_bounded(void **state)
{
    (void)state;
    rh_compare_run run = {0};
    rh_error error = {0};
    rh_compare_request request = request_of(NULL, 0, NULL);
    assert_int_equal(rh_compare(&request, &run, &error), RH_USAGE);
    request.count = RH_COMPARE_POLICIES_MAX + 1;
    assert_int_equal(rh_compare(&request, &run, &error), RH_USAGE);
}

/* A directory in the way is found before the first run, and nothing in it is touched. */
static void directories_in_the_way_are_refused_first(void **state)
{
    static const char *const policies[] = {"a", "b"};
    (void)state;
    seen what = {.fail_finish_of = -1};
    rh_compare_run runs[2];
    rh_error error = {0};
    char folder[] = "/tmp/rehedge-compare-XXXXXX", taken[64];
    assert_non_null(mkdtemp(folder));
    snprintf(taken, sizeof taken, "%s/b", folder);
    assert_int_equal(mkdir(taken, 0700), 0);
    memset(runs, 0, sizeof runs);
    rh_compare_request request = request_of(policies, 2, &what);
    request.out_dir = folder;
    engine_runs = 0;
    assert_int_equal(rh_compare(&request, runs, &error), RH_INPUT);
    assert_non_null(strstr(error.message, taken));
    assert_int_equal(engine_runs, 0);
    rh_compare_free(runs, 2);

    assert_int_equal(rmdir(taken), 0);
    memset(runs, 0, sizeof runs);
    assert_int_equal(rh_compare(&request, runs, &error), RH_OK);
    char expected[128];
    snprintf(expected, sizeof expected, "{\"policy\": \"b\", \"seed\": \"11\", \"out\": \"%s\"}",
             taken);
    assert_string_equal(runs[1].result.summary.bytes, expected);
    rh_compare_free(runs, 2);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_readable),
        cmocka_unit_test(labels_are_file_names),
        cmocka_unit_test(labels_are_unique),
        cmocka_unit_test(long_equal_labels_stay_unique),
        cmocka_unit_test(failures_stop_nobody),
        cmocka_unit_test(order_of_execution_changes_nothing),
        cmocka_unit_test(an_interruption_ends_the_whole),
        cmocka_unit_test(counts_are_bounded),
        cmocka_unit_test(directories_in_the_way_are_refused_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
