/* rehedge test FILE|FOLDER: run the *_test.lua beside a policy and say which tests failed, where
 * and why. Must not know what a test can do (core/lua does). Invariant: a run ends, whatever a test
 * file does: every test has limits, a file has at most 1000 tests and FILE_NS_MAX of time. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/commands.h"
#include "data/file.h"
#include "data/json.h"
#include "host/bundle.h"
#include "lua/script_test.h"

enum { FILES_MAX = 1024 };
#define FILE_NS_MAX INT64_C(60000000000)
#define SUFFIX "_test.lua"

typedef struct test_run {
    bool json, quiet, colour;
    rh_json_writer writer;
    rh_buffer out;
    int passed, failed, files;
} test_run;

static bool ends_in(const char *name, const char *suffix)
{
    size_t length = strlen(name), wanted = strlen(suffix);
    return length > wanted && strcmp(name + length - wanted, suffix) == 0;
}

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

static void say_test(test_run *run, const rh_script_test *test)
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

static void say_file(test_run *run, const char *path)
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
static void say_broken(test_run *run, const rh_error *error)
{
    rh_script_test broken = {.name = "(the file)", .passed = false, .error = *error};
    say_test(run, &broken);
}

/* --- one file ------------------------------------------------------------------------------ */

static void run_tests(test_run *run, const rh_policy_source *script,
                      const rh_policy_source *policy)
{
    rh_script_test test;
    rh_error error = {RH_OK, ""};
    int64_t from = rh_cli_now_ns();
    for (int index = 0;; index++) {
        rh_status status = rh_script_test_run(script, policy, log_line, NULL, index, &test, &error);
        if (status == RH_NOT_FOUND && index == 0)
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

/* The policy that "FOLDER/x_test.lua" tests: x.lua beside it, else policy.lua beside it, else, in
 * the folder tests/ of a bundle, the policy.lua above it. */
static rh_status open_policy(const char *path, rh_policy_source *policy, rh_error *error)
{
    char tested[RH_PATH_MAX], bundle[RH_PATH_MAX];
    const char *slash = strrchr(path, '/');
    int folder = slash != NULL ? (int)(slash - path) + 1 : 0;
    snprintf(tested, sizeof tested, "%.*s.lua", (int)(strlen(path) - strlen(SUFFIX)), path);
    bool in_tests = folder >= 6 && strncmp(path + folder - 6, "tests/", 6) == 0;
    const char *here = path[0] == '/' ? "" : "./";      /* a path has a '/', a name has none */
    bool is_main = strcmp(tested + folder, "policy.lua") == 0;
    for (int up = 0; up <= in_tests && (is_main || !rh_file_exists(tested)); up++) {
        int length = snprintf(bundle, sizeof bundle, "%s%.*s%spolicy.lua", here, folder, path,
                              up > 0 ? "../" : "");
        if (length >= (int)sizeof bundle || !rh_file_exists(bundle)) continue;
        bundle[length - (int)strlen("/policy.lua")] = '\0';
        return rh_policy_source_open(&rh_bundle_finder, bundle, policy, error);
    }
    return rh_policy_source_file(tested, policy, error);
}

static rh_status run_file(test_run *run, const char *path, rh_error *error)
{
    rh_policy_source script = {.bytes = NULL}, policy = {.bytes = NULL};
    RH_TRY(rh_policy_source_file(path, &script, error));
    rh_status status = open_policy(path, &policy, error);
    if (status == RH_OK) {
        say_file(run, path);
        run_tests(run, &script, &policy);
        if (run->json) {
            rh_json_close(&run->writer, ']');
            rh_json_close(&run->writer, '}');
        }
    }
    rh_policy_source_free(&script);
    rh_policy_source_free(&policy);
    return status;
}

/* --- which files --------------------------------------------------------------------------- */

typedef struct file_list { char *paths[FILES_MAX]; int count; } file_list;

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static rh_status add_path(file_list *list, const char *folder, const char *name, rh_error *error)
{
    size_t length = strlen(folder), bytes = length + strlen(name) + 2;
    if (list->count == FILES_MAX)
        return rh_fail(error, RH_INPUT, "%s: more than %d test files", folder, FILES_MAX);
    if (bytes > RH_PATH_MAX)
        return rh_fail(error, RH_INPUT, "the path is longer than %d bytes", RH_PATH_MAX - 1);
    char *path = malloc(bytes);
    if (path == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a list of files");
    memcpy(path, folder, length);
    if (length > 0 && folder[length - 1] != '/') path[length++] = '/';
    memcpy(path + length, name, strlen(name) + 1);
    list->paths[list->count++] = path;
    return RH_OK;
}

static rh_status list_folder(const char *path, file_list *list, rh_error *error)
{
    rh_status status = RH_OK;
    DIR *folder = opendir(path);
    if (folder == NULL) return rh_fail(error, RH_INPUT, "%s: cannot be read", path);
    for (struct dirent *entry; status == RH_OK && (entry = readdir(folder)) != NULL;)
        if (ends_in(entry->d_name, SUFFIX)) status = add_path(list, path, entry->d_name, error);
    closedir(folder);
    return status;
}

/* The tests in a folder, and in its tests/. */
static rh_status list_folders(const char *path, file_list *list, rh_error *error)
{
    char inner[RH_PATH_MAX];
    struct stat about;
    RH_TRY(list_folder(path, list, error));
    bool fits = snprintf(inner, sizeof inner, "%s/tests", path) < (int)sizeof inner;
    if (fits && stat(inner, &about) == 0 && S_ISDIR(about.st_mode))
        RH_TRY(list_folder(inner, list, error));
    qsort(list->paths, (size_t)list->count, sizeof *list->paths, compare_paths);
    if (list->count > 0) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s: no tests: a test is a file whose name ends in " SUFFIX,
                   path);
}

static rh_status list_files(const char *operand, file_list *list, rh_error *error)
{
    char beside[RH_PATH_MAX];
    struct stat about;
    if (stat(operand, &about) == 0 && S_ISDIR(about.st_mode))
        return list_folders(operand, list, error);
    if (ends_in(operand, SUFFIX)) return add_path(list, "", operand, error);
    if (!ends_in(operand, ".lua"))
        return rh_fail(error, RH_INPUT, "%s: no folder, and its name does not end in .lua",
                       operand);
    if (strlen(operand) + strlen(SUFFIX) >= sizeof beside)
        return rh_fail(error, RH_INPUT, "the path is longer than %d bytes", RH_PATH_MAX - 1);
    snprintf(beside, sizeof beside, "%.*s" SUFFIX, (int)strlen(operand) - 4, operand);
    if (stat(beside, &about) != 0)
        return rh_fail(error, RH_INPUT, "%s: no tests: there is no %s", operand, beside);
    return add_path(list, "", beside, error);
}

/* --- the command --------------------------------------------------------------------------- */

static rh_status run_all(test_run *run, const char *operand, rh_error *error)
{
    file_list *list = calloc(1, sizeof *list);
    if (list == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a list of files");
    rh_status status = list_files(operand, list, error);
    for (int i = 0; status == RH_OK && i < list->count; i++)
        status = run_file(run, list->paths[i], error);
    for (int i = 0; i < list->count; i++) free(list->paths[i]);
    free(list);
    return status;
}

static void say_sum(test_run *run)
{
    if (!run->json) {
        printf("%d passed, %d failed\n", run->passed, run->failed);
        return;
    }
    rh_json_close(&run->writer, ']');
    rh_json_put_i64(&run->writer, "passed", run->passed);
    rh_json_put_i64(&run->writer, "failed", run->failed);
    rh_json_close(&run->writer, '}');
    fwrite(run->out.bytes, 1, run->out.length, stdout);
    putchar('\n');
}

int rh_cmd_test(int argc, char **argv)
{
    test_run run = {.colour = rh_cli_colour(stdout)};
    const char *operand = NULL;
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"--json", NULL, "print the outcomes as JSON", NULL, &run.json, NULL},
        {"--quiet", NULL, "only failures and the sum", NULL, &run.quiet, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "test FILE|FOLDER [--json] [--quiet]",
                              "Run the tests of a policy: my_policy_test.lua beside my_policy.lua, "
                              "or every *_test.lua of a folder. Exit status 1 when one fails, 3 "
                              "when there are none.",
                              "rehedge test my_policy.lua", &operand, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count == 0) return rh_cli_usage("test needs a file or folder: rehedge test my_policy.lua");
    run.writer = (rh_json_writer){.out = &run.out, .pretty = true};
    rh_json_open(&run.writer, NULL, '{');
    rh_json_open(&run.writer, "files", '[');
    bool failed = run_all(&run, operand, &error) != RH_OK;
    if (!failed) say_sum(&run);
    failed = failed || run.out.failed;
    rh_buffer_free(&run.out);
    if (failed) return rh_cli_fail(&error);
    return run.failed > 0 ? 1 : 0;
}
