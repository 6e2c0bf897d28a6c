/* `rehedge pack`: a folder with policy.lua becomes one archive, the same bytes for the same
 * content. The manifest in it is written here, from what the policy declares and the files are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bundle_tests.h"
#include "cli/commands.h"
#include "data/file.h"
#include "host/bundle.h"

static bool ends_in(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length > tail && strcmp(text + length - tail, suffix) == 0;
}

/* The archive is read back as a stranger would before anybody gets it. */
static rh_status write_checked(const char *path, const rh_buffer *bytes, rh_error *error)
{
    rh_bundle again;
    rh_manifest manifest;
    rh_policy *policy = NULL;
    rh_file_out *out = NULL;
    RH_TRY(rh_bundle_read_archive(path, bytes->bytes, bytes->length, &again, error));
    rh_status status = rh_bundle_check(&again, true, &policy, &manifest, error);
    rh_policy_free(policy);
    rh_bundle_free(&again);
    RH_TRY(status);
    RH_TRY(rh_file_out_open(path, &out, error));
    rh_file_out_write(out, bytes->bytes, bytes->length);
    return rh_file_out_commit(out, error);
}

/* The bundle's own tests, as `rehedge test` runs them; failures are printed. */
static rh_status run_tests(const rh_bundle *bundle, rh_error *error)
{
    rh_test_run run = {.quiet = true, .colour = rh_cli_colour(stdout), .empty_is_fine = true};
    RH_TRY(rh_cli_run_bundle(&run, bundle, error));
    if (run.failed > 0)
        return rh_fail(error, RH_IO, "%s: %d of %d tests failed: nothing was packed (to pack all "
                       "the same: --no-tests)", bundle->label, run.failed, run.passed + run.failed);
    if (run.passed > 0)
        printf("tests: %d passed\n", run.passed);
    else
        printf("tests: there are none\n");
    return RH_OK;
}

static rh_status pack_bundle(rh_bundle *bundle, const char *out, bool no_tests, rh_error *error)
{
    rh_manifest manifest;
    rh_policy *policy = NULL;
    rh_buffer bytes = {0};
    char path[RH_PATH_MAX];
    RH_TRY(rh_bundle_check(bundle, false, &policy, &manifest, error));
    if (no_tests) printf("tests: not run (--no-tests)\n");
    rh_status status = no_tests ? RH_OK : run_tests(bundle, error);
    if (status == RH_OK) status = rh_manifest_write(bundle, policy, manifest.engine, error);
    if (out == NULL) {
        snprintf(path, sizeof path, "%s-%s.tar", policy->name, policy->version);
        out = path;
    }
    if (status == RH_OK)
        status = rh_bundle_write_archive(bundle, ends_in(out, ".gz") || ends_in(out, ".tgz"),
                                         &bytes, error);
    if (status == RH_OK) status = write_checked(out, &bytes, error);
    if (status == RH_OK)
        printf("%s: %s@%s, %zu files, %zu bytes\nsha256 of the policy: %s\n", out, policy->name,
               policy->version, bundle->count, bytes.length, policy->sha256);
    rh_buffer_free(&bytes);
    rh_policy_free(policy);
    return status;
}

int rh_cmd_pack(int argc, char **argv)
{
    const char *out = NULL, *operand = NULL;
    bool no_tests = false;
    int count = 0;
    rh_bundle bundle;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"-o", "FILE", "the archive to write: NAME-VERSION.tar here by default; inside gzip when "
         "the name ends in .gz or .tgz", &out, NULL, NULL},
        {"--no-tests", NULL, "pack though the bundle's tests were not run", NULL, &no_tests, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "pack FOLDER [-o FILE] [--no-tests]",
                              "Make one archive of a folder with policy.lua, its modules, tests "
                              "and documents, for signing and installing. Its tests are run first, "
                              "and must pass. The manifest is written here; hidden files stay "
                              "out. The same content gives the same bytes.",
                              "rehedge pack vol-band -o vol-band-1.0.0.tar", &operand, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count == 0) return rh_cli_usage("pack needs a folder: rehedge pack my-policy");
    if (out != NULL && ends_in(out, ".zip"))
        return rh_cli_usage("%.200s: a bundle is a .tar or a .tar.gz", out);
    if (!rh_file_is_folder(operand)) {
        rh_fail(&error, RH_INPUT, "%s: found no folder there, expected one with policy.lua",
                operand);
        return rh_cli_fail(&error);
    }
    if (rh_bundle_read_folder(operand, &bundle, &error) != RH_OK) return rh_cli_fail(&error);
    rh_status packed = pack_bundle(&bundle, out, no_tests, &error);
    rh_bundle_free(&bundle);
    return packed == RH_OK ? 0 : rh_cli_fail(&error);
}
