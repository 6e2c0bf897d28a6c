/* Several runs side by side: compare and fork print them the same way. Output is in the order of
 * the command line, whoever finished first; text from scripts and scenarios is escaped. */
#include "cli/compare_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "cli/commands.h"
#include "report/report.h"

/* --- output -------------------------------------------------------------------------------- */

static bool failed(const rh_compare_run *run)
{
    return run->status != RH_OK || run->result.policy_failed;
}

static const char *why(const rh_compare_run *run)
{
    return run->status != RH_OK ? run->error.message : run->result.policy_message;
}

/* Failed runs have their column too: what is known of them is their name and that they failed. */
static rh_status print_table(const rh_compare_run *runs, size_t count, rh_error *error)
{
    static const char nothing[] = "{}";
    const char *summaries[RH_COMPARE_POLICIES_MAX], *labels[RH_COMPARE_POLICIES_MAX];
    char marked[RH_COMPARE_POLICIES_MAX][RH_NAME_MAX + 16];
    for (size_t i = 0; i < count; i++) {
        const char *mark = runs[i].status != RH_OK ? "refused: "
                           : failed(&runs[i])      ? "killed: "
                                                   : "";
        snprintf(marked[i], sizeof marked[i], "%s%s", mark, runs[i].label);
        labels[i] = marked[i];
        summaries[i] = runs[i].status == RH_OK ? runs[i].result.summary.bytes : nothing;
    }
    return rh_report_table(stdout, summaries, labels, (int)count, rh_cli_colour(stdout), error);
}

static rh_status put_run(rh_json_writer *writer, const rh_compare_run *run, rh_error *error)
{
    rh_json_doc *doc = NULL;
    rh_json_open(writer, NULL, '{');
    rh_json_put_text(writer, "label", run->label);
    if (failed(run)) rh_json_put_text(writer, "error", why(run));
    if (run->status == RH_OK) {
        RH_TRY(rh_json_parse("summary.json", run->result.summary.bytes, run->result.summary.length,
                             &doc, error));
        rh_json root = rh_json_root(doc);
        for (size_t i = 0; i < rh_json_count(root); i++) {
            rh_json_put_value(writer, rh_json_key_at(root, i), rh_json_at(root, i));
        }
        rh_json_free(doc);
    }
    rh_json_close(writer, '}');
    return RH_OK;
}

static rh_status print_json(const rh_compare_run *runs, size_t count, rh_compare_more *more,
                            const void *context, rh_error *error)
{
    rh_buffer text = {0};
    rh_json_writer writer = {.out = &text, .pretty = true};
    rh_status status = RH_OK;
    rh_json_open(&writer, NULL, '{');
    rh_json_open(&writer, "runs", '[');
    for (size_t i = 0; i < count && status == RH_OK; i++) {
        status = put_run(&writer, &runs[i], error);
    }
    rh_json_close(&writer, ']');
    if (more) more(context, &writer);
    rh_json_close(&writer, '}');
    if (status == RH_OK && text.failed) status = rh_fail(error, RH_NO_MEMORY, "out of memory");
    if (status == RH_OK) puts(text.bytes);
    rh_buffer_free(&text);
    return status;
}

/* --- the end ------------------------------------------------------------------------------- */

static bool is_refusal(rh_status status)
{
    return status == RH_POLICY || status == RH_INPUT || status == RH_NOT_FOUND ||
           status == RH_LIMIT || status == RH_DOMAIN;
}

/* What stopped every run alike is the scenario's fault, not a policy's: say it once. */
static bool all_failed_alike(const rh_compare_run *runs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (runs[i].status == RH_OK || runs[i].status != runs[0].status) return false;
        if (strcmp(runs[i].error.message, runs[0].error.message) != 0) return false;
    }
    return true;
}

static int exit_status_of(const rh_compare_run *runs, size_t count)
{
    int exit_status = 0;
    for (size_t i = 0; i < count; i++) {
        if (!failed(&runs[i])) continue;
        rh_cli_say_policy_failed(runs[i].label, why(&runs[i]));
        bool policy = runs[i].status == RH_OK || is_refusal(runs[i].status);
        if (!policy) exit_status = 1;
        if (policy && exit_status == 0) exit_status = 4;
    }
    return exit_status;
}

rh_status rh_compare_page(const rh_compare_run *runs, size_t count, const char *out_dir,
                          const char *study, rh_error *error)
{
    char path[RH_PATH_MAX], (*dirs)[RH_PATH_MAX] = calloc(count, sizeof *dirs);
    const char *pointers[RH_COMPARE_POLICIES_MAX];
    rh_status status = dirs ? RH_OK : rh_fail(error, RH_NO_MEMORY, "out of memory");
    int found = 0;
    for (size_t i = 0; i < count && status == RH_OK; i++) {
        if (runs[i].status != RH_OK) continue;
        if (snprintf(dirs[found], RH_PATH_MAX, "%s/%s", out_dir, runs[i].label) >= RH_PATH_MAX)
            status = rh_fail(error, RH_INPUT, "the path of a run directory is too long");
        pointers[found] = dirs[found];
        found++;
    }
    if (status == RH_OK && found > 0 &&
        snprintf(path, sizeof path, "%s/report.html", out_dir) < (int)sizeof path)
        status = rh_report_compare(pointers, NULL, found, study, path, error);
    free(dirs);
    return status;
}

int rh_compare_out(const rh_compare_run *runs, size_t count, bool json, const char *out_dir,
                   bool quiet, rh_compare_more *more, const void *context)
{
    rh_error error = {0};
    if (all_failed_alike(runs, count)) return rh_cli_fail(&runs[0].error);
    rh_status status = json ? print_json(runs, count, more, context, &error)
                            : print_table(runs, count, &error);
    if (status != RH_OK) return rh_cli_fail(&error);
    fflush(stdout);
    if (out_dir && !quiet) fprintf(stderr, "run directories: %s/*\n", out_dir);
    return exit_status_of(runs, count);
}
