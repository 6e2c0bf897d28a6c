/* `rehedge sweep`: one policy over many values of its params, the best and the frontier.
 * Options become a request, the study does the rest; a killed sweep goes on from its file. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/sweep_out.h"
#include "host/parallel.h"

#define POINTS_PER_THREAD 4 /* in one transaction: what a kill costs, against waiting for disks */

typedef struct sweep_arguments {
    const char *scenario, *policy, *seed, *out, *threads, *random, *objective, *lambda, *walk;
    const char *paths, *risk_aversion;
    bool json, quiet, trusted;
    rh_words sets, allowed, grids;
} sweep_arguments;

static void show_progress(void *context, size_t done, size_t all)
{
    rh_progress_update(context, (double)done / (double)all, done);
}

static rh_status read_axes(const sweep_arguments *given, bool random, rh_axis *axes,
                           rh_error *error)
{
    int count = given->grids.count;
    if (count == 0 || count > RH_AXES_MAX) {
        return rh_fail(error, RH_USAGE, "from 1 to %d --grid, found %d; see rehedge sweep --help",
                       RH_AXES_MAX, count);
    }
    for (int a = 0; a < count; a++) {
        RH_TRY(rh_axis_parse(given->grids.items[a], random, &axes[a], error));
    }
    return RH_OK;
}

/* "FIT:JUDGE", two durations. */
static rh_status read_walk(const char *text, rh_sweep_request *request, rh_error *error)
{
    char fit[RH_NAME_MAX];
    const char *colon = text ? strchr(text, ':') : NULL;
    if (!text) return RH_OK;
    size_t length = colon ? (size_t)(colon - text) : 0;
    bool good = length > 0 && length < sizeof fit;
    if (good) {
        memcpy(fit, text, length);
        fit[length] = '\0';
        good = rh_parse_duration(fit, &request->fit_ns) &&
               rh_parse_duration(colon + 1, &request->judge_ns) && request->fit_ns > 0 &&
               request->judge_ns > 0;
    }
    return good ? RH_OK : rh_fail(error, RH_USAGE, "--walk-forward %.64s: expected two durations, "
                                                   "30d:7d: fitted on the first, judged on the "
                                                   "second", text);
}

static rh_status read_count(const char *name, const char *text, int64_t max, int64_t *value,
                            rh_error *error)
{
    if (!text || (rh_parse_i64(text, value) && *value >= 1 && *value <= max)) return RH_OK;
    return rh_fail(error, RH_USAGE, "%s: found %.64s, expected a number from 1 to %lld", name, text,
                   (long long)max);
}

static rh_status read_positive(const char *name, const char *text, double *value, rh_error *error)
{
    if (!text || (rh_parse_double(text, value) && *value > 0.0 && *value < 1e300)) return RH_OK;
    return rh_fail(error, RH_USAGE, "%s: found %.64s, expected a number above 0", name, text);
}

static rh_status read_request(const sweep_arguments *given, rh_axis *axes, rh_workers *workers,
                              rh_sweep_request *request, rh_error *error)
{
    int64_t random = 0, threads = rh_host_processors(), paths = 0;
    request->lambda = request->risk_aversion = 1e-3;
    RH_TRY(read_count("--random", given->random, RH_SWEEP_POINTS_MAX, &random, error));
    RH_TRY(read_count("--threads", given->threads, RH_THREADS_MAX, &threads, error));
    RH_TRY(read_count("--paths", given->paths, INT64_C(1) << 31, &paths, error));
    RH_TRY(read_positive("--lambda", given->lambda, &request->lambda, error));
    RH_TRY(read_positive("--risk-aversion", given->risk_aversion, &request->risk_aversion, error));
    RH_TRY(rh_objective_find(given->objective, &request->objective, error));
    if (given->lambda && !request->objective->uses_lambda)
        return rh_fail(error, RH_USAGE, "--lambda: the objective %s has none",
                       request->objective->name);
    RH_TRY(read_walk(given->walk, request, error));
    RH_TRY(read_axes(given, random > 0, axes, error));
    workers->threads = (int)threads;
    request->axes = axes;
    request->axis_count = (size_t)given->grids.count;
    request->random_points = (size_t)random;
    request->paths = (uint64_t)paths;
    request->together = paths > 0 ? 1 : POINTS_PER_THREAD * (size_t)threads;
    request->database = given->out;
    request->parallel = rh_host_parallel;
    request->parallel_context = workers;
    request->base = rh_cli_request(given->scenario);
    request->base.policy = given->policy;
    request->base.seed = given->seed;
    request->base.trusted = given->trusted;
    request->base.sets = given->sets.items;
    request->base.set_count = given->sets.count;
    request->base.allowed = given->allowed.items;
    return RH_OK;
}

static rh_status print(const sweep_arguments *given, const rh_sweep_request *request,
                       const rh_sweep_result *result, rh_error *error)
{
    rh_buffer text = {0};
    if (!given->json) {
        rh_sweep_print(request, result, stdout);
    } else {
        rh_sweep_json(request, result, &text);
        if (text.failed) return rh_fail(error, RH_NO_MEMORY, "out of memory");
        fputs(text.bytes, stdout);
        rh_buffer_free(&text);
    }
    fflush(stdout);
    if (given->out && !given->quiet) fprintf(stderr, "results: %s\n", given->out);
    return RH_OK;
}

static int sweep(const sweep_arguments *given)
{
    rh_axis axes[RH_AXES_MAX] = {0};
    rh_workers workers = {1};
    rh_sweep_request request = {0};
    rh_sweep_result result = {0};
    rh_error error = {0};
    rh_progress progress;
    rh_status status = read_request(given, axes, &workers, &request, &error);
    if (status == RH_OK) {
        request.progress = show_progress;
        request.progress_context = &progress;
        rh_progress_begin(&progress, "sweep", given->quiet);
        rh_cli_signals();
        status = rh_sweep(&request, &result, &error);
        if (status == RH_OK) {
            rh_progress_abandon(&progress);
            status = print(given, &request, &result, &error);
        } else {
            rh_progress_abandon(&progress);
        }
    }
    for (int a = 0; a < RH_AXES_MAX; a++) rh_axis_free(&axes[a]);
    rh_sweep_free(&result);
    return status == RH_OK ? 0 : rh_cli_fail(&error);
}

int rh_cmd_sweep(int argc, char **argv)
{
    sweep_arguments given = {0};
    const rh_option options[] = {
        {"--grid", "NAME=VALUES", "vary a param of the policy, or vars.NAME: band=0.01:0.5:20, "
         "band=0.01:0.5:20:log, to=edge,centre; may repeat", NULL, NULL, &given.grids},
        {"--random", "N", "instead of a grid N random points: --grid band=0.01:0.5 or with :log",
         &given.random, NULL, NULL},
        {"--policy", "POLICY", "vary the params of this policy instead of the scenario's",
         &given.policy, NULL, NULL},
        {"--objective", "NAME", "cost_variance (default), certainty_equivalent, es95, error, pnl",
         &given.objective, NULL, NULL},
        {"--lambda", "X", "of cost + X times variance (default 0.001)", &given.lambda, NULL, NULL},
        {"--walk-forward", "FIT:JUDGE", "fit on a window (30d), judge its best on the next (7d), "
         "move on", &given.walk, NULL, NULL},
        {"--paths", "N", "over N simulated paths instead of one run", &given.paths, NULL, NULL},
        {"--risk-aversion", "A", "of certainty equivalents, per unit of the numeraire",
         &given.risk_aversion, NULL, NULL},
        {"--out", "FILE", "keep results in this SQLite file, and go on from it when it is there",
         &given.out, NULL, NULL},
        {"--set", "NAME=VALUE", "set a variable of the scenario; may repeat", NULL, NULL,
         &given.sets},
        {"--seed", "N", "replace the scenario's seed", &given.seed, NULL, NULL},
        {"--threads", "T", "run at most T points at once (default: one per processor)",
         &given.threads, NULL, NULL},
        {"--json", NULL, "print all points as JSON", NULL, &given.json, NULL},
        {"--quiet", NULL, "no progress", NULL, &given.quiet, NULL},
        {"--allow", "DIR", "let the scenario read files below DIR as well; may repeat", NULL, NULL,
         &given.allowed},
        {"--trusted", NULL, "trust the scripts like this program", NULL, &given.trusted, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    int count = 0;
    int status = rh_cli_parse(
        argc, argv, options, "sweep SCENARIO --grid NAME=VALUES [options]",
        "Run one policy over many values of its params: which are best, and what a smaller error "
        "costs.",
        "rehedge sweep examples/quickstart.json --grid band=0.05:1:20:log --out band.sqlite",
        &given.scenario, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count != 1) return rh_cli_usage("sweep needs a scenario; see rehedge sweep --help");
    return sweep(&given);
}
