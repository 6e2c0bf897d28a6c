/* The public C interface: what a host program is promised by rehedge.h, called as it would call it.
 * Every refusal leaves no outcome, one message, and no half directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fenv.h>
#include <string.h>

#include "host/market.h"
#include "rehedge/rehedge.h"

static market_folder folder;

static rh_outcome *run(const rh_run_options *options)
{
    char message[RH_MESSAGE_BYTES];
    rh_outcome *outcome = NULL;
    rh_status status = rh_outcome_run(folder.scenario, options, message, &outcome);
    if (status != RH_OK) fail_msg("%s", message);
    assert_string_equal(message, "");
    assert_non_null(outcome);
    return outcome;
}

static void refused(const rh_run_options *options, rh_status status, const char *part)
{
    char message[RH_MESSAGE_BYTES];
    rh_outcome *outcome = (rh_outcome *)(void *)message;
    assert_int_equal(rh_outcome_run(folder.scenario, options, message, &outcome), status);
    assert_null(outcome);
    if (!strstr(message, part)) fail_msg("%s\nlacks: %s", message, part);
    assert_null(strchr(message, '\n'));
}

static void a_run_has_a_summary(void **state)
{
    (void)state;
    rh_outcome *outcome = run(NULL);
    const char *summary = rh_outcome_summary(outcome), *digest = rh_outcome_digest(outcome);
    assert_int_equal(strspn(digest, "0123456789abcdef"), 32);
    assert_int_equal(strlen(digest), 32);
    assert_non_null(strstr(summary, digest));
    assert_non_null(strstr(summary, "\"pnl\""));
    assert_non_null(strstr(summary, rh_version()));
    assert_non_null(strstr(summary, rh_lua_release()));
    assert_in_range(rh_outcome_events(outcome), 59, 61);
    assert_null(rh_outcome_policy_failure(outcome));
    rh_outcome_free(outcome);
    rh_outcome_free(NULL);
}

/* Trust is asked for by the caller alone, is said in the summary, and changes no number. */
static void trust_is_said(void **state)
{
    (void)state;
    const rh_run_options options = {.size = sizeof options, .trusted = 1};
    rh_outcome *trusted = run(&options), *strict = run(NULL);
    assert_non_null(strstr(rh_outcome_summary(trusted), "\"trusted\": true"));
    assert_null(strstr(rh_outcome_summary(strict), "\"trusted\""));
    assert_string_equal(rh_outcome_digest(trusted), rh_outcome_digest(strict));
    rh_outcome_free(trusted);
    rh_outcome_free(strict);
}

static void digest_of(const rh_run_options *options, char digest[33])
{
    rh_outcome *outcome = run(options);
    memcpy(digest, rh_outcome_digest(outcome), 33);
    rh_outcome_free(outcome);
}

/* Equal inputs, equal digests; seed, policy and parameters each change it. */
static void options_reach_the_run(void **state)
{
    (void)state;
    const char *const band[] = {"policy.band=0.05"};
    rh_run_options same = {.size = sizeof same, .seed = "7"};
    rh_run_options seed = same, policy = same, set = same;
    seed.seed = "8";
    policy.policy = "native:none";
    set.sets = band;
    set.set_count = 1;
    char digest[5][33];
    digest_of(NULL, digest[0]);
    digest_of(&same, digest[1]);
    digest_of(&seed, digest[2]);
    digest_of(&policy, digest[3]);
    digest_of(&set, digest[4]);
    assert_string_equal(digest[0], digest[1]);
    for (int i = 2; i < 5; i++) {
        for (int j = 1; j < i; j++) assert_string_not_equal(digest[i], digest[j]);
    }
}

static void an_older_program_is_understood(void **state)
{
    (void)state;
    struct older { size_t size; const char *policy; } given = {sizeof given, "native:none"};
    rh_run_options whole = {.size = sizeof whole, .policy = "native:none"};
    char older[33], newer[33];
    digest_of((const rh_run_options *)(const void *)&given, older);
    digest_of(&whole, newer);
    assert_string_equal(older, newer);
}

static void wrong_arguments_are_refused(void **state)
{
    (void)state;
    char message[RH_MESSAGE_BYTES];
    rh_outcome *outcome;
    rh_run_options options = {.size = 0};
    refused(&options, RH_USAGE, "size");
    options.size = sizeof options + 8;
    refused(&options, RH_USAGE, "newer");
    options = (rh_run_options){.size = sizeof options, .set_count = 1u << 30};
    refused(&options, RH_USAGE, "sets");
    assert_int_equal(rh_outcome_run(NULL, NULL, message, &outcome), RH_USAGE);
    assert_int_equal(rh_outcome_run("/nowhere/at/all.json", NULL, message, &outcome), RH_INPUT);
    assert_non_null(strstr(message, "/nowhere/at/all.json"));
    assert_int_equal(rh_outcome_run("/nowhere/at/all.json", NULL, NULL, &outcome), RH_INPUT);
    assert_null(outcome);
    options = (rh_run_options){.size = sizeof options, .policy = "delta_bnad"};
    char text[RH_MESSAGE_BYTES];
    assert_int_not_equal(rh_outcome_run(folder.scenario, &options, text, &outcome), RH_OK);
    assert_non_null(strstr(text, "delta_band"));
}

static void a_killed_policy_still_has_an_outcome(void **state)
{
    (void)state;
    rh_run_options options = {.size = sizeof options, .policy = folder.broken};
    rh_outcome *outcome = run(&options);
    const char *why = rh_outcome_policy_failure(outcome);
    assert_non_null(why);
    assert_non_null(strstr(why, "tenth call"));
    assert_non_null(strstr(why, "broken.lua:7"));
    rh_outcome_free(outcome);
}

static int stop_at_once(void *context, double fraction, uint64_t events)
{
    int *calls = context;
    (void)events;
    assert_true(fraction >= 0 && fraction <= 1);
    ++*calls;
    return 1;
}

/* A month, so that the run asks long before it is over. */
static void progress_may_stop_a_run(void **state)
{
    (void)state;
    int calls = 0;
    const char *const month[] = {"to=2021-01-31T00:00:00Z"};
    rh_run_options options = {.size = sizeof options, .progress = stop_at_once, .context = &calls,
                              .sets = month, .set_count = 1, .out_dir = folder.out};
    refused(&options, RH_INTERRUPTED, "");
    assert_int_equal(calls, 1);
    assert_int_not_equal(access(folder.out, F_OK), 0);
}

static void a_run_directory_is_whole(void **state)
{
    static const char *const names[] = {"summary.json",  "fills.csv",   "ledger.csv",
                                        "journal.jsonl", "report.html", "scenario.json",
                                        "inputs.json"};
    (void)state;
    rh_run_options options = {.size = sizeof options, .out_dir = folder.out};
    rh_outcome_free(run(&options));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder.out, names[i]);
        if (access(path, R_OK) != 0) fail_msg("%s is missing", path);
    }
    refused(&options, RH_INPUT, folder.out);    /* in the way now, and untouched */
    assert_int_equal(access(folder.out, F_OK), 0);
    market_remove_run(folder.out);
    assert_int_not_equal(access(folder.out, F_OK), 0);
}

static void the_callers_rounding_survives(void **state)
{
    (void)state;
    char nearest[33], upward[33];
    digest_of(NULL, nearest);
    assert_int_equal(fesetround(FE_UPWARD), 0);
    rh_outcome *outcome = NULL;
    rh_status status = rh_outcome_run(folder.scenario, NULL, NULL, &outcome);
    int rounding = fegetround();
    fesetround(FE_TONEAREST);
    assert_int_equal(status, RH_OK);
    assert_int_equal(rounding, FE_UPWARD);
    memcpy(upward, rh_outcome_digest(outcome), 33);
    rh_outcome_free(outcome);
    assert_string_equal(nearest, upward);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_has_a_summary),
        cmocka_unit_test(trust_is_said),
        cmocka_unit_test(options_reach_the_run),
        cmocka_unit_test(an_older_program_is_understood),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(a_killed_policy_still_has_an_outcome),
        cmocka_unit_test(progress_may_stop_a_run),
        cmocka_unit_test(a_run_directory_is_whole),
        cmocka_unit_test(the_callers_rounding_survives),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
