/* `rehedge compare`: several policies of one scenario, one table.
 * The study does the runs; this file gives it threads, a progress bar that all runs share, and
 * prints. Output is in the order of the command line, whoever finished first. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/compare_out.h"
#include "cli/compare_paths.h"
#include "host/parallel.h"
#include "study/compare.h"

typedef struct compare_arguments {
    const char *policies[RH_COMPARE_POLICIES_MAX + 1];  /* the scenario first */
    int count;
    const char *seed, *out, *objective, *lambda, *baseline;
    rh_path_options of_paths;
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

/* --- the command --------------------------------------------------------------------------- */

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
        exit_status = rh_compare_out(runs, count, given->json, given->out, given->quiet);
        if (given->out && rh_compare_page(runs, count, given->out, &error) != RH_OK)
            exit_status = rh_cli_fail(&error);
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

static int compare_over_paths(const compare_arguments *given)
{
    rh_compare_paths over = {
        .of_paths = given->of_paths, .objective = given->objective, .lambda = given->lambda,
        .baseline = given->baseline, .run = rh_cli_request(given->policies[0]),
        .policies = given->policies + 1, .count = (size_t)given->count - 1, .out = given->out,
        .json = given->json, .quiet = given->quiet};
    over.run.seed = given->seed;
    over.run.trusted = given->trusted;
    over.run.sets = given->sets.items;
    over.run.set_count = given->sets.count;
    over.run.allowed = given->allowed.items;
    return rh_cmd_compare_paths(&over);
}

int rh_cmd_compare(int argc, char **argv)
{
    compare_arguments given = {0};
    const rh_option options[] = {
        {"--set", "NAME=VALUE", "set a variable of the scenario; may repeat", NULL, NULL,
         &given.sets},
        {"--seed", "N", "replace the scenario's seed", &given.seed, NULL, NULL},
        {"--out", "DIR", "write one run directory per policy, DIR/POLICY, and a page of them all",
         &given.out, NULL, NULL},
        {"--threads", "T", "run at most T policies at once (default: one per processor)",
         &given.of_paths.threads, NULL, NULL},
        {"--paths", "N", "over N simulated paths instead of one tape: paired differences, ranked",
         &given.of_paths.paths, NULL, NULL},
        {"--objective", "NAME", "with --paths: cost_variance (default), certainty_equivalent, "
         "es95, error, pnl", &given.objective, NULL, NULL},
        {"--lambda", "X", "of cost + X times variance (default 0.001)", &given.lambda, NULL, NULL},
        {"--risk-aversion", "A", "of certainty equivalents, per unit of money",
         &given.of_paths.risk_aversion, NULL, NULL},
        {"--baseline", "POLICY", "whose P&L the others' is compared with (the first policy)",
         &given.baseline, NULL, NULL},
        {"--antithetic", NULL, "as in mc", NULL, &given.of_paths.antithetic, NULL},
        {"--moment-matched", NULL, "as in mc", NULL, &given.of_paths.moment_matched, NULL},
        {"--method", "WORD", "as in mc", &given.of_paths.method, NULL, NULL},
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
    if (given.of_paths.paths) return compare_over_paths(&given);
    if (given.objective || given.lambda || given.baseline || given.of_paths.risk_aversion ||
        given.of_paths.method || given.of_paths.antithetic || given.of_paths.moment_matched) {
        return rh_cli_usage("an objective, a baseline or options of paths need --paths");
    }
    int64_t threads = rh_host_processors();
    const char *asked = given.of_paths.threads;
    if (asked &&
        (!rh_parse_i64(asked, &threads) || threads < 1 || threads > RH_THREADS_MAX)) {
        return rh_cli_usage("--threads: found %.64s, expected a number from 1 to %d", asked,
                            RH_THREADS_MAX);
    }
    return compare(&given, (int)threads);
}
