/* Tests of a policy, run and reported. Must not know what a test can do (core/lua does), nor which
 * files a person meant (cmd_test.c). Invariant: a run ends, whatever a test file does: every test
 * has limits, a file has at most 1000 tests and FILE_NS_MAX of time. */
#include "cli/bundle_tests.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "lua/script_test.h"

#define FILE_NS_MAX INT64_C(60000000000)

static void log_line(void *host, const char *text)
{
    (void)host;
    fprintf(stderr, "log: %s\n", text);
}

/* --- what is said -------------------------------------------------------------------------- */

/* The message in lines: what happened, then the line of the source. */
static void print_failure(const char *message)
{
    const char *bar = strstr(message, " | ");
    int length = bar != NULL ? (int)(bar - message) : (int)strlen(message);
    printf("       %.*s\n", length, message);
    if (bar != NULL) printf("       %s\n", bar + 1);
}

static void say_test(rh_test_run *run, const rh_script_test *test)
{
    if (test->passed)
        run->passed++;
    else
        run->failed++;
    if (run->json) {
        rh_json_open(&run->writer, NULL, '{');
        rh_json_put_text(&run->writer, "name", test->name);
        rh_json_put_bool(&run->writer, "passed", test->passed);
        if (!test->passed) rh_json_put_text(&run->writer, "message", test->error.message);
        rh_json_close(&run->writer, '}');
        return;
    }
    if (test->passed && run->quiet) return;
    const char *on = !run->colour ? "" : test->passed ? "\x1b[32m" : "\x1b[31m";
    printf("  %s%s%s %s\n", on, test->passed ? "ok  " : "FAIL", run->colour ? "\x1b[0m" : "",
           test->name);
    if (!test->passed) print_failure(test->error.message);
}

static void say_file(rh_test_run *run, const char *path)
{
    char shown[RH_PATH_MAX];
    rh_text_escape(shown, sizeof shown, path, strlen(path));
    run->files++;
    if (run->json) {
        rh_json_open(&run->writer, NULL, '{');
        rh_json_put_text(&run->writer, "file", shown);
        rh_json_open(&run->writer, "tests", '[');
    } else {
        printf("%s\n", shown);
    }
}

/* A file that cannot be loaded, or goes on for ever, is one failed test. */
static void say_broken(rh_test_run *run, const rh_error *error)
{
    rh_script_test broken = {.name = "(the file)", .passed = false, .error = *error};
    say_test(run, &broken);
}

static void run_tests(rh_test_run *run, const rh_policy_source *script,
                      const rh_policy_source *policy)
{
    rh_script_test test;
    rh_error error = {RH_OK, ""};
    int64_t from = rh_cli_now_ns();
    for (int index = 0;; index++) {
        rh_status status = rh_script_test_run(script, policy, log_line, NULL, index, &test, &error);
        if (status == RH_NOT_FOUND && index == 0 && !run->empty_is_fine)
            status = rh_fail(&error, RH_POLICY, "%s: no tests: write it(\"...\", function() end)",
                             script->label);
        if (status == RH_NOT_FOUND) return;
        if (status != RH_OK) {
            say_broken(run, &error);
            return;
        }
        say_test(run, &test);
        if (rh_cli_now_ns() - from < FILE_NS_MAX) continue;
        rh_fail(&error, RH_POLICY, "%s: stopped after a minute and %d tests", script->label,
                index + 1);
        say_broken(run, &error);
        return;
    }
}

bool rh_cli_is_test(const char *path)
{
    size_t length = strlen(path), wanted = strlen(RH_TEST_SUFFIX);
    return length > wanted && strcmp(path + length - wanted, RH_TEST_SUFFIX) == 0;
}

void rh_cli_run_script(rh_test_run *run, const char *shown, const rh_policy_source *script,
                       const rh_policy_source *policy)
{
    say_file(run, shown);
    run_tests(run, script, policy);
    if (!run->json) return;
    rh_json_close(&run->writer, ']');
    rh_json_close(&run->writer, '}');
}

/* --- a bundle ------------------------------------------------------------------------------ */

/* "x.lua" of "x_test.lua", else the bundle's own policy. */
static rh_status tested_source(const rh_bundle *bundle, const char *test, rh_policy_source *policy,
                               rh_error *error)
{
    char path[RH_BUNDLE_PATH_MAX];
    snprintf(path, sizeof path, "%.*s.lua", (int)(strlen(test) - strlen(RH_TEST_SUFFIX)), test);
    const rh_bundle_file *file = rh_bundle_find(bundle, path);
    if (file == NULL || strcmp(path, "policy.lua") == 0)
        return rh_bundle_source(bundle, policy, error);
    return rh_bundle_script(bundle, file, policy, error);
}

rh_status rh_cli_run_bundle_file(rh_test_run *run, const rh_bundle *bundle,
                                 const rh_bundle_file *file, const char *shown, rh_error *error)
{
    rh_policy_source script = {.bytes = NULL}, policy = {.bytes = NULL};
    RH_TRY(rh_bundle_script(bundle, file, &script, error));
    rh_status status = tested_source(bundle, file->path, &policy, error);
    policy.strict = true;
    if (status == RH_OK) rh_cli_run_script(run, shown, &script, &policy);
    rh_policy_source_free(&script);
    rh_policy_source_free(&policy);
    return status;
}

rh_status rh_cli_run_bundle(rh_test_run *run, const rh_bundle *bundle, rh_error *error)
{
    char shown[2 * RH_PATH_MAX];
    for (size_t i = 0; i < bundle->count; i++) {
        const rh_bundle_file *file = &bundle->files[i];
        bool in_tests = strncmp(file->path, "tests/", 6) == 0;
        if (!rh_cli_is_test(file->path)) continue;
        if (strchr(file->path + (in_tests ? 6 : 0), '/') != NULL) continue;
        size_t length = strlen(bundle->label);
        while (length > 1 && bundle->label[length - 1] == '/') length--;
        snprintf(shown, sizeof shown, "%.*s/%s", (int)length, bundle->label, file->path);
        RH_TRY(rh_cli_run_bundle_file(run, bundle, file, shown, error));
    }
    return RH_OK;
}
