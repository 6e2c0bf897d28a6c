/* `rehedge compare`: several policies of one scenario, one table.
 * The study does the runs; this file gives it threads, a progress bar that all runs share, and
 * prints. Output is in the order of the command line, whoever finished first. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cli/commands.h"
#include "data/json.h"
#include "host/parallel.h"
#include "report/report.h"
#include "study/compare.h"

typedef struct compare_arguments {
    const char *policies[RH_COMPARE_POLICIES_MAX + 1];  /* the scenario first */
    int count;
    const char *seed, *out, *threads;
    bool json, quiet, trusted;
    rh_words sets, allowed;
} compare_arguments;

/* --- one bar for all runs ------------------------------------------------------------------ */

typedef struct shared_progress {
    rh_progress bar;
    size_t count;
    atomic_flag drawing;    /* who does not get it leaves the drawing to the one who has it */
    _Atomic uint64_t events[RH_COMPARE_POLICIES_MAX];
    _Atomic uint32_t millionths[RH_COMPARE_POLICIES_MAX];
} shared_progress;

static uint64_t all_events(shared_progress *shared)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < shared->count; i++) sum += atomic_load(&shared->events[i]);
    return sum;
}

static void note_progress(void *context, size_t index, double fraction, uint64_t events)
{
    shared_progress *shared = context;
    double bounded = fraction >= 0 ? fraction < 1 ? fraction : 1 : 0;
    atomic_store(&shared->events[index], events);
    atomic_store(&shared->millionths[index], (uint32_t)(bounded * 1e6));
    if (atomic_flag_test_and_set(&shared->drawing)) return;
    double sum = 0;
    for (size_t i = 0; i < shared->count; i++) {
        sum += (double)atomic_load(&shared->millionths[i]);
    }
    rh_progress_update(&shared->bar, sum * 1e-6 / (double)shared->count, all_events(shared));
    atomic_flag_clear(&shared->drawing);
}

static rh_status finish_run(void *context, size_t index, rh_run_result *result, rh_error *error)
{
    shared_progress *shared = context;
    atomic_store(&shared->events[index], result->events);
    atomic_store(&shared->millionths[index], 1000000u);
    return rh_cli_commit(result, error);
}

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

static rh_status print_json(const rh_compare_run *runs, size_t count, rh_error *error)
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

static int finish(const rh_compare_run *runs, const compare_arguments *given, size_t count)
{
    rh_error error = {0};
    if (all_failed_alike(runs, count)) return rh_cli_fail(&runs[0].error);
    rh_status status = given->json ? print_json(runs, count, &error)
                                   : print_table(runs, count, &error);
    if (status != RH_OK) return rh_cli_fail(&error);
    fflush(stdout);
    if (given->out && !given->quiet) fprintf(stderr, "run directories: %s/*\n", given->out);
    return exit_status_of(runs, count);
}

static int compare(compare_arguments *given, int threads)
{
    size_t count = (size_t)given->count - 1;
    rh_compare_run *runs = calloc(count, sizeof *runs);
    shared_progress *shared = calloc(1, sizeof *shared);
    rh_error error = {0};
    rh_workers workers = {threads};
    int exit_status;
    if (!runs || !shared) {
        rh_fail(&error, RH_NO_MEMORY, "out of memory");
        exit_status = rh_cli_fail(&error);
        goto done;
    }
    rh_compare_request request = {
        .base = rh_cli_request(given->policies[0]),
        .policies = given->policies + 1, .count = count, .out_dir = given->out,
        .parallel = rh_host_parallel, .parallel_context = &workers,
        .finish = finish_run, .progress = note_progress, .context = shared,
    };
    request.base.seed = given->seed;
    request.base.trusted = given->trusted;
    request.base.sets = given->sets.items;
    request.base.set_count = given->sets.count;
    request.base.allowed = given->allowed.items;
    shared->count = count;
    atomic_flag_clear(&shared->drawing);
    rh_progress_begin(&shared->bar, "compare", given->quiet);
    rh_cli_signals();
    if (rh_compare(&request, runs, &error) == RH_OK) {
        rh_progress_end(&shared->bar, all_events(shared));
        exit_status = finish(runs, given, count);
    } else {
        rh_progress_abandon(&shared->bar);
        exit_status = rh_cli_fail(&error);
    }
done: /* runs and shared are owned here, either may be NULL */
    if (runs) rh_compare_free(runs, count);
    free(runs);
    free(shared);
    return exit_status;
}

int rh_cmd_compare(int argc, char **argv)
{
    compare_arguments given = {0};
    const rh_option options[] = {
        {"--set", "NAME=VALUE", "set a variable of the scenario; may repeat", NULL, NULL,
         &given.sets},
        {"--seed", "N", "replace the scenario's seed", &given.seed, NULL, NULL},
        {"--out", "DIR", "write one run directory per policy, DIR/POLICY", &given.out, NULL, NULL},
        {"--threads", "T", "run at most T policies at once (default: one per processor)",
         &given.threads, NULL, NULL},
        {"--json", NULL, "print {\"runs\": [summary, ...]} instead of the table", NULL, &given.json,
         NULL},
        {"--quiet", NULL, "no progress", NULL, &given.quiet, NULL},
        {"--allow", "DIR", "let the scenario read files below DIR as well; may repeat", NULL, NULL,
         &given.allowed},
        {"--trusted", NULL, "trust the scripts like this program: patterns, coroutines, no "
         "instruction limit", NULL, &given.trusted, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    int status = rh_cli_parse(
        argc, argv, options, "compare SCENARIO POLICY... [options]",
        "Run several policies on the same tape with the same random numbers. Each replaces the "
        "scenario's policy and swaps; a policy is a shipped name, a file, or either with "
        "parameters.",
        "rehedge compare examples/quickstart.json interval:every=1h delta_band:band=0.25 my.lua",
        given.policies, RH_COMPARE_POLICIES_MAX + 1, &given.count);
    if (status != 0) return status < 0 ? 0 : status;
    if (given.count < 2) {
        return rh_cli_usage("compare needs a scenario and at least one policy; see rehedge compare "
                            "--help");
    }
    int64_t threads = rh_host_processors();
    if (given.threads &&
        (!rh_parse_i64(given.threads, &threads) || threads < 1 || threads > RH_THREADS_MAX)) {
        return rh_cli_usage("--threads: found %.64s, expected a number from 1 to %d", given.threads,
                            RH_THREADS_MAX);
    }
    return compare(&given, (int)threads);
}
