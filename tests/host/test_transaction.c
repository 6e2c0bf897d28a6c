/* What a swap carries over and what its trial finds: random streams go on where they were, nothing
 * that was only tried moves them, callbacks and short calls count, no script hangs it, and what a
 * person is refused is in the journal as such. */
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "host/live_fixture.h"
#include "study/fork.h"

/* A run directory's journal as one text, freed by the caller. */
static char *journal_of(const char *dir)
{
    char path[RH_PATH_MAX + 32], *bytes = NULL;
    size_t length = 0;
    rh_error error = {0};
    snprintf(path, sizeof path, "%s/journal.jsonl", dir);
    if (rh_file_read(path, 64 << 20, &bytes, &length, &error) != RH_OK) fail_msg("%s",
                                                                               error.message);
    return bytes;
}

/* The texts of all "log" lines, one after the other. */
static void logged(const char *dir, char *out, size_t capacity)
{
    static const char kind[] = "\"kind\": \"log\", \"text\": \"";
    char *journal = journal_of(dir);
    size_t used = 0;
    for (const char *at = journal; (at = strstr(at, kind)) != NULL;) {
        at += sizeof kind - 1;
        size_t width = strcspn(at, "\"");
        assert_true(used + width + 2 < capacity);
        memcpy(out + used, at, width);
        used += width;
        out[used++] = '\n';
    }
    out[used] = '\0';
    free(journal);
}

static void swap_to(rh_live *live, const char *spec)
{
    rh_error why = {0};
    if (rh_live_swap(live, spec, false, &why) != RH_OK) fail_msg("%s", why.message);
}

/* --- random streams ------------------------------------------------------------------------ */

#define DRAWING(name, more)                                                                        \
    "local r = rehedge.rng(3)\n"                                                                   \
    "return rehedge.policy { api = 1, name = '" name "', version = '1',\n"                         \
    "  params = { band = { default = 1 } }, wake = { every = '1h' },\n"                            \
    "  trigger = function() rehedge.log(tostring(r:uniform()) .. ' ' ..\n"                         \
    "    tostring(rehedge.rng(4):normal())) " more " end,\n"                                       \
    "  scale = function() return 0 end }\n"

static void a_swap_goes_on_with_the_random_streams(void **state)
{
    fixture *f = *state;
    static char plain[65536], swapped[65536];
    char first[RH_PATH_MAX], other[RH_PATH_MAX], bad[RH_PATH_MAX], out[RH_PATH_MAX];
    char digest[RH_DIGEST_HEX];
    rh_error why = {0};
    write_file(f, "first.lua", DRAWING("first", ""));
    write_file(f, "other.lua", DRAWING("other", ""));
    write_file(f, "bad.lua", DRAWING("bad", "return 1 + nil"));
    snprintf(first, sizeof first, "%s", in_dir(f, "first.lua"));
    snprintf(other, sizeof other, "%s", in_dir(f, "other.lua"));
    snprintf(bad, sizeof bad, "%s", in_dir(f, "bad.lua"));
    snprintf(out, sizeof out, "%s", in_dir(f, "plain"));
    rh_run_request request = request_of(first, out);
    finish(open_live(&request), digest, NULL);
    logged(out, plain, sizeof plain);
    assert_true(strlen(plain) > 500);
    snprintf(out, sizeof out, "%s", in_dir(f, "swapped"));
    rh_live *live = open_live(&request);
    go(live, 1500);
    assert_int_equal(rh_live_set(live, "band=2", &why), RH_OK);
    go(live, 700);
    assert_int_not_equal(rh_live_swap(live, bad, false, &why), RH_OK);
    go(live, 700);
    swap_to(live, other); /* another name: the streams are the part's, not the script's */
    go(live, 700);
    swap_to(live, "native:interval"); /* which draws nothing */
    swap_to(live, first);
    finish(live, digest, NULL);
    logged(out, swapped, sizeof swapped);
    assert_string_equal(plain, swapped);
    assert_reruns(out, digest, 4);
}

/* A branch and the scheduled swap draw the same, and trade on it. */
static void a_branch_draws_what_the_swap_draws(void **state)
{
    fixture *f = *state;
    char path[RH_PATH_MAX], swap[RH_PATH_MAX + 8], digest[RH_DIGEST_HEX];
    write_file(f, "noise.lua",
               "local r = rehedge.rng(3)\n"
               "return rehedge.policy { api = 1, name = 'noise', version = '1',\n"
               "  wake = { every = '1h' }, trigger = function() return true end,\n"
               "  scale = function(s) return (r:uniform() - 0.5) * 2 end }\n");
    snprintf(path, sizeof path, "%s", in_dir(f, "noise.lua"));
    const char *const policies[] = {path};
    rh_compare_run run[1] = {0};
    rh_error error = {0};
    rh_fork_request fork_request = {.base = request_of(path, NULL), .at = "30h",
                                    .policies = policies, .count = 1, .processes = 1,
                                    .leave = _exit};
    if (rh_fork(&fork_request, run, &error) != RH_OK) fail_msg("%s", error.message);
    snprintf(swap, sizeof swap, "30h=%s", path);
    const char *const swaps[] = {swap};
    rh_run_request request = request_of(path, NULL);
    request.swaps = swaps;
    request.swap_count = 1;
    finish(open_live(&request), digest, NULL);
    assert_string_equal(run[0].result.digest, digest);
    rh_compare_free(run, 1);
}

/* --- what is live -------------------------------------------------------------------------- */

static void none_by_hand_is_nobody(void **state)
{
    fixture *f = *state;
    char out[RH_PATH_MAX], digest[RH_DIGEST_HEX];
    rh_live_status now;
    rh_error why = {0};
    snprintf(out, sizeof out, "%s", in_dir(f, "none"));
    rh_run_request request = request_of("delta_band", out);
    rh_live *live = open_live(&request);
    go(live, 2000);
    swap_to(live, "native:none");
    rh_live_look(live, &now);
    assert_string_equal(now.policy, "");
    assert_false(now.killed);
    go(live, 500);
    assert_int_equal(rh_live_set(live, "band=2", &why), RH_STATE);
    assert_non_null(strstr(why.message, "no policy is live"));
    swap_to(live, "delta_band:band=0.7");
    rh_live_look(live, &now);
    assert_string_equal(now.policy, "delta-band");
    finish(live, digest, NULL);
    assert_reruns(out, digest, 2);
}

static void a_refused_set_says_so_in_the_journal(void **state)
{
    fixture *f = *state;
    char out[RH_PATH_MAX], digest[RH_DIGEST_HEX];
    rh_error why = {0};
    snprintf(out, sizeof out, "%s", in_dir(f, "set"));
    rh_run_request request = request_of("delta_band", out);
    rh_live *live = open_live(&request);
    go(live, 2000);
    assert_int_equal(rh_live_set(live, "bandd=0.5", &why), RH_INPUT);
    assert_int_not_equal(rh_live_swap(live, "no_such", false, &why), RH_OK);
    finish(live, digest, NULL);
    char *journal = journal_of(out);
    char *line = strstr(journal, "\"kind\": \"set_refused\"");
    assert_non_null(line);
    line[strcspn(line, "\n")] = '\0';
    assert_non_null(strstr(line, "\"by\": \"hand\""));
    assert_non_null(strstr(line, "\"set\": \"bandd=0.5\""));
    line += strlen(line) + 1;
    line = strstr(line, "\"kind\": \"swap_refused\"");
    assert_non_null(line);
    line[strcspn(line, "\n")] = '\0';
    assert_non_null(strstr(line, "\"by\": \"hand\""));
    free(journal);
    assert_reruns(out, digest, 0);
}

static void a_new_series_by_hand_is_said_to_have_no_column(void **state)
{
    fixture *f = *state;
    char path[RH_PATH_MAX], out[RH_PATH_MAX], digest[RH_DIGEST_HEX];
    rh_live_status now;
    write_file(f, "gauge.lua",
               "return rehedge.policy { api = 1, name = 'gauge', version = '1',\n"
               "  series = { 'gauge', 'level' },\n"
               "  trigger = function() rehedge.record('gauge', 1) return false end,\n"
               "  scale = function() return 0 end }\n");
    snprintf(path, sizeof path, "%s", in_dir(f, "gauge.lua"));
    snprintf(out, sizeof out, "%s", in_dir(f, "series"));
    rh_run_request request = request_of("delta_band", out);
    rh_live *live = open_live(&request);
    go(live, 2000);
    swap_to(live, path);
    rh_live_look(live, &now);
    assert_non_null(strstr(now.last_swap, "not in the ledger: gauge, level"));
    finish(live, digest, NULL);
    char *journal = journal_of(out);
    char *line = strstr(journal, "\"kind\": \"swap\"");
    assert_non_null(line);
    line[strcspn(line, "\n")] = '\0';
    assert_non_null(strstr(line, "not in the ledger: gauge, level"));
    free(journal);
}

/* --- the trial ----------------------------------------------------------------------------- */

static double number_after(const char *line, const char *key)
{
    const char *at = strstr(line, key);
    assert_non_null(at);
    return atof(at + strlen(key));
}

/* Calls of some 600 instructions, which steps of a thousand would count as none. */
static void the_trial_counts_short_calls(void **state)
{
    fixture *f = *state;
    char path[RH_PATH_MAX], out[RH_PATH_MAX], digest[RH_DIGEST_HEX];
    write_file(f, "short.lua",
               "return rehedge.policy { api = 1, name = 'short', version = '1',\n"
               "  trigger = function() for i = 1, 600 do end return false end,\n"
               "  scale = function() return 0 end }\n");
    snprintf(path, sizeof path, "%s", in_dir(f, "short.lua"));
    snprintf(out, sizeof out, "%s", in_dir(f, "short"));
    rh_run_request request = request_of("delta_band", out);
    rh_live *live = open_live(&request);
    go(live, 4000);
    swap_to(live, path);
    finish(live, digest, NULL);
    char *journal = journal_of(out);
    char *line = strstr(journal, "\"kind\": \"swap\"");
    assert_non_null(line);
    line[strcspn(line, "\n")] = '\0';
    double tried = number_after(line, "\"tried_on\": "), gas = number_after(line, "\"gas\": ");
    assert_true(tried > 100);
    assert_true(gas > 600 * tried && gas < 1000 * tried);
    free(journal);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void a_trusted_loop_does_not_hang_a_swap(void **state)
{
    fixture *f = *state;
    static const char *const scripts[] = {
        "return rehedge.policy { api = 1, name = 'loop', version = '1',\n"
        "  trigger = function() while true do end end, scale = function() return 0 end }\n",
        "while true do end\n",
        "rehedge.state { n = 1 }\n"
        "return rehedge.policy { api = 1, name = 'loop', version = '1',\n"
        "  migrate = function() while true do end end,\n"
        "  trigger = function() end, scale = function() return 0 end }\n"};
    char path[RH_PATH_MAX], old[RH_PATH_MAX], digest[RH_DIGEST_HEX], plain[RH_DIGEST_HEX];
    write_file(f, "old.lua",
               "local st = rehedge.state { n = 1 }\n"
               "return rehedge.policy { api = 1, name = 'old', version = '1',\n"
               "  trigger = function(s) return ('delta'):match('d') and s.delta > 1 end,\n"
               "  scale = function(s) return -s.delta end }\n");
    snprintf(old, sizeof old, "%s", in_dir(f, "old.lua"));
    rh_run_request request = request_of(old, NULL);
    request.trusted = true;
    finish(open_live(&request), plain, NULL);
    rh_live *live = open_live(&request);
    go(live, 3000);
    for (size_t n = 0; n < sizeof scripts / sizeof *scripts; n++) {
        rh_error why = {0};
        write_file(f, "loop.lua", scripts[n]);
        snprintf(path, sizeof path, "%s", in_dir(f, "loop.lua"));
        double from = seconds_now();
        assert_int_not_equal(rh_live_swap(live, path, false, &why), RH_OK);
        assert_true(seconds_now() - from < 20.0); /* 1.5 s of processor time, shared */
        assert_non_null(strstr(why.message, "time limit"));
        go(live, 100);
    }
    finish(live, digest, NULL);
    assert_string_equal(plain, digest);
}

/* Trust is the person's word at the rerun, for the bytes he names: also of what came by hand. */
static void a_trusted_swap_by_hand_is_rerun_by_name(void **state)
{
    fixture *f = *state;
    static const char script[] =
        "return rehedge.policy { api = 1, name = '%s', version = '1',\n"
        "  trigger = function(s) return ('delta'):match('%%a') and s.delta > %s end,\n"
        "  scale = function(s) return -s.delta end }\n";
    char text[512], first[RH_PATH_MAX], second[RH_PATH_MAX], out[RH_PATH_MAX];
    char digest[RH_DIGEST_HEX];
    snprintf(text, sizeof text, script, "first", "1");
    write_file(f, "first.lua", text);
    snprintf(first, sizeof first, "%s", in_dir(f, "first.lua"));
    snprintf(text, sizeof text, script, "second", "0.5");
    write_file(f, "second.lua", text);
    snprintf(second, sizeof second, "%s", in_dir(f, "second.lua"));
    snprintf(out, sizeof out, "%s", in_dir(f, "trusted"));
    rh_run_request request = request_of(first, out);
    request.trusted = true;
    rh_live *live = open_live(&request);
    go(live, 2000);
    swap_to(live, second);
    finish(live, digest, NULL);
    const char *const both[] = {first, second};
    rh_rerun_request again = rerun_of(out);
    rh_rerun_result result;
    rh_error error = {0};
    assert_int_equal(rh_rerun(&again, &result, &error), RH_INPUT);
    assert_non_null(strstr(error.message, "--trusted"));
    again.trusted = both;
    again.trusted_count = 1; /* the other one stays in the sandbox, where it cannot run */
    assert_int_equal(rh_rerun(&again, &result, &error), RH_POLICY);
    assert_non_null(strstr(error.message, "string.match is not available"));
    again.trusted_count = 2;
    if (rh_rerun(&again, &result, &error) != RH_OK) fail_msg("%s", error.message);
    assert_true(result.same);
    assert_string_equal(result.digest, digest);
}

/* --- a call that does not end -------------------------------------------------------------- */

static void interrupt(int number)
{
    (void)number;
    rh_lua_interrupt(false);
}

static void an_interrupt_ends_a_trusted_call(void **state)
{
    fixture *f = *state;
    char path[RH_PATH_MAX], digest[RH_DIGEST_HEX];
    rh_live_status now;
    rh_error error = {0};
    struct sigaction action = {.sa_handler = interrupt}, before;
    struct itimerval soon = {.it_value = {.tv_usec = 200000}};
    write_file(f, "loop.lua",
               "local n = 0\n"
               "return rehedge.policy { api = 1, name = 'loop', version = '1',\n"
               "  trigger = function() n = n + 1 while n > 20 do pcall(tostring, n) end end,\n"
               "  scale = function() return 0 end }\n");
    snprintf(path, sizeof path, "%s", in_dir(f, "loop.lua"));
    rh_run_request request = request_of(path, NULL);
    request.trusted = true;
    rh_live *live = open_live(&request);
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &soon, NULL);
    assert_int_equal(rh_live_go(live, END, 3000, &error), RH_OK);
    sigaction(SIGALRM, &before, NULL);
    rh_live_look(live, &now);
    assert_true(now.killed);
    assert_non_null(strstr(now.kill_reason, "loop.lua:3: interrupted: a call of a trusted script"));
    bool failed = false;
    finish(live, digest, &failed);
    assert_true(failed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_swap_goes_on_with_the_random_streams),
        TEST(a_branch_draws_what_the_swap_draws),
        TEST(none_by_hand_is_nobody),
        TEST(a_refused_set_says_so_in_the_journal),
        TEST(a_new_series_by_hand_is_said_to_have_no_column),
        TEST(the_trial_counts_short_calls),
        TEST(a_trusted_loop_does_not_hang_a_swap),
        TEST(a_trusted_swap_by_hand_is_rerun_by_name),
        TEST(an_interrupt_ends_a_trusted_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
