/* rehedge test: run the *_test.lua beside a policy, or those in a bundle, and say which tests
 * failed, where and why. Finds the files; bundle_tests.c runs them. What is in an archive or is
 * installed is tested from memory, in the same sandbox: nothing is unpacked. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/bundle_tests.h"
#include "cli/commands.h"
#include "data/file.h"
#include "host/installed.h"

enum { FILES_MAX = 1024 };
#define SUFFIX RH_TEST_SUFFIX

static bool ends_in(const char *name, const char *suffix)
{
    size_t length = strlen(name), wanted = strlen(suffix);
    return length > wanted && strcmp(name + length - wanted, suffix) == 0;
}

/* --- one file ------------------------------------------------------------------------------ */

/* The bundle that a test file belongs to: policy.lua lies beside it or, in a folder tests/, above
 * it. `inside` is the file's path in the bundle; false when there is none. */
static bool bundle_of(const char *path, char folder[RH_PATH_MAX], const char **inside)
{
    const char *slash = strrchr(path, '/');
    int length = slash != NULL ? (int)(slash - path) + 1 : 0;
    bool in_tests = length >= 6 && strncmp(path + length - 6, "tests/", 6) == 0 &&
                    (length == 6 || path[length - 7] == '/');
    for (int up = 0; up <= in_tests; up++) {
        char policy[RH_PATH_MAX + 16];
        int here = length - 6 * up;
        snprintf(folder, RH_PATH_MAX, "%s%.*s", here > 0 ? "" : "./", here, path);
        snprintf(policy, sizeof policy, "%spolicy.lua", folder);
        *inside = path + here;
        if (rh_file_exists(policy)) return true;
    }
    return false;
}

static rh_status run_in_bundle(rh_test_run *run, const char *folder, const char *inside,
                               const char *path, rh_error *error)
{
    rh_bundle bundle;
    rh_manifest manifest;
    RH_TRY(rh_bundle_read_folder(folder, &bundle, error));
    const rh_bundle_file *file = rh_bundle_find(&bundle, inside);
    rh_status status = rh_manifest_read(&bundle, false, &manifest, error);
    if (status == RH_OK && file == NULL)
        status = rh_fail(error, RH_INPUT, "%s: cannot be read", path);
    if (status == RH_OK) status = rh_cli_run_bundle_file(run, &bundle, file, path, error);
    rh_bundle_free(&bundle);
    return status;
}

static rh_status run_file(rh_test_run *run, const char *path, rh_error *error)
{
    char folder[RH_PATH_MAX];
    const char *inside = NULL;
    rh_policy_source script = {.bytes = NULL}, policy = {.bytes = NULL};
    if (bundle_of(path, folder, &inside)) return run_in_bundle(run, folder, inside, path, error);
    snprintf(folder, sizeof folder, "%.*s.lua", (int)(strlen(path) - strlen(SUFFIX)), path);
    RH_TRY(rh_policy_source_file(path, &script, error));
    rh_status status = rh_policy_source_file(folder, &policy, error);
    if (status == RH_OK) rh_cli_run_script(run, path, &script, &policy);
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

static rh_status run_files(rh_test_run *run, const char *operand, rh_error *error)
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

/* An archive, or an installed policy by its name: a stranger's, checked as a run checks it. */
static rh_status run_shared(rh_test_run *run, const char *operand, rh_error *error)
{
    char root[RH_PATH_MAX];
    rh_bundle bundle;
    rh_manifest manifest;
    rh_policy *policy = NULL;
    if (rh_policy_is_path(operand)) {
        RH_TRY(rh_bundle_read(operand, &bundle, error));
    } else {
        RH_TRY(rh_installed_root(root, error));
        RH_TRY(rh_installed_bundle(root, operand, &bundle, error));
        snprintf(bundle.label, sizeof bundle.label, "%s", operand);
    }
    rh_status status = rh_bundle_check(&bundle, true, &policy, &manifest, error);
    rh_policy_free(policy);
    if (status == RH_OK) status = rh_cli_run_bundle(run, &bundle, error);
    if (status == RH_OK && run->files == 0)
        status = rh_fail(error, RH_INPUT, "%s: no tests: a test is a file whose name ends in "
                         SUFFIX, operand);
    rh_bundle_free(&bundle);
    return status;
}

static rh_status run_all(rh_test_run *run, const char *operand, rh_error *error)
{
    struct stat about;
    bool is_there = stat(operand, &about) == 0;
    bool is_shared = (is_there && !S_ISDIR(about.st_mode)) || !is_there;
    const char *dot = strrchr(operand, '.');
    bool is_lua = dot != NULL && strcmp(dot, ".lua") == 0;
    bool is_path = strchr(operand, '/') != NULL && !is_there;
    return is_shared && !is_lua && !is_path ? run_shared(run, operand, error)
                                            : run_files(run, operand, error);
}

static void say_sum(rh_test_run *run)
{
    if (!run->json) {
        printf("%d passed, %d failed\n", run->passed, run->failed);
        return;
    }
    rh_json_close(&run->writer, ']');
    rh_json_put_i64(&run->writer, "passed", run->passed);
    rh_json_put_i64(&run->writer, "failed", run->failed);
    rh_json_close(&run->writer, '}');
    fwrite(run->writer.out->bytes, 1, run->writer.out->length, stdout);
    putchar('\n');
}

int rh_cmd_test(int argc, char **argv)
{
    rh_test_run run = {.colour = rh_cli_colour(stdout)};
    rh_buffer out = {0};
    const char *operand = NULL;
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"--json", NULL, "print the outcomes as JSON", NULL, &run.json, NULL},
        {"--quiet", NULL, "only failures and the sum", NULL, &run.quiet, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options,
                              "test FILE|FOLDER|ARCHIVE|NAME@VERSION [--json] [--quiet]",
                              "Run the tests of a policy: my_policy_test.lua beside my_policy.lua, "
                              "or every *_test.lua of a folder, an archive or an installed policy. "
                              "Exit status 1 when one fails, 3 when there are none.",
                              "rehedge test my_policy.lua", &operand, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count == 0) return rh_cli_usage("test needs a file or folder: rehedge test my_policy.lua");
    run.writer = (rh_json_writer){.out = &out, .pretty = true};
    rh_json_open(&run.writer, NULL, '{');
    rh_json_open(&run.writer, "files", '[');
    bool failed = run_all(&run, operand, &error) != RH_OK;
    if (!failed) say_sum(&run);
    failed = failed || out.failed;
    rh_buffer_free(&out);
    if (failed) return rh_cli_fail(&error);
    return run.failed > 0 ? 1 : 0;
}
