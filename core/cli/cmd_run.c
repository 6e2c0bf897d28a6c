/* `rehedge run`: one scenario, one policy, as fast as possible.
 * Without --out nothing is written. With it the run directory appears whole or not at all, and the
 * exit status tells a run whose policy was killed (4) from one that failed (1, 3). */
#include "cli/commands.h"
#include "cli/explain_out.h"
#include "host/parallel.h"

typedef struct run_arguments {
    const char *policy, *seed, *out, *from, *to;
    bool json, quiet, trusted, explain;
    rh_words sets, allowed, swaps;
} run_arguments;

static void pass_progress(void *context, double fraction, uint64_t events)
{
    rh_progress_update(context, fraction, events);
}

/* The end of a run that is explained: what it was, then what its frictions took. */
static rh_status finish_explained(rh_run_result *result, const rh_explanation *explanation,
                                  const run_arguments *given, rh_error *error)
{
    if (result->has_dir) RH_TRY(rh_explain_write(explanation, &result->dir, error));
    if (!given->json) {
        RH_TRY(rh_cli_finish(result, given->out, false, given->quiet, error));
        rh_explain_print(explanation, stdout);
        return RH_OK;
    }
    RH_TRY(rh_cli_commit(result, error));
    return rh_explain_print_json(explanation, &result->summary, error);
}

static rh_status run_and_finish(const rh_run_request *request, run_arguments *given,
                                rh_run_result *result, rh_error *error)
{
    rh_workers workers = {rh_host_processors()};
    rh_explain_request explain = {*request, rh_host_parallel, &workers};
    rh_explanation explanation;
    rh_progress *progress = request->progress_context;
    rh_status status = given->explain ? rh_explain(&explain, result, &explanation, error)
                                      : rh_run_scenario(request, result, error);
    if (status != RH_OK) {
        rh_progress_abandon(progress);
        return status;
    }
    rh_progress_end(progress, result->events);
    return given->explain
               ? finish_explained(result, &explanation, given, error)
               : rh_cli_finish(result, given->out, given->json, given->quiet, error);
}

static int run(const char *scenario, run_arguments *given)
{
    rh_run_request request = rh_cli_request(scenario);
    rh_run_result result = {0};
    rh_error error = {0};
    rh_progress progress;
    request.policy = given->policy;
    request.seed = given->seed;
    request.from = given->from;
    request.to = given->to;
    request.trusted = given->trusted;
    request.sets = given->sets.items;
    request.set_count = given->sets.count;
    request.swaps = given->swaps.items;
    request.swap_count = given->swaps.count;
    request.allowed = given->allowed.items;
    request.out_dir = given->out;
    request.progress = pass_progress;
    request.progress_context = &progress;
    rh_progress_begin(&progress, "replay", given->quiet);
    rh_cli_signals();
    rh_status status = run_and_finish(&request, given, &result, &error);
    int exit_status = 0;
    if (status != RH_OK) {
        exit_status = rh_cli_fail(&error);
    } else if (result.policy_failed) {
        rh_cli_say_policy_failed("the policy failed", result.policy_message);
        exit_status = 4;
    }
    rh_run_result_free(&result);
    return exit_status;
}

int rh_cmd_run(int argc, char **argv)
{
    run_arguments given = {0};
    const rh_option options[] = {
        {"--policy", "POLICY", "hedge with this one and drop the scenario's swaps: a shipped "
         "or installed name, a file, any with params (delta_band:band=0.4,to=centre), or one "
         "script for each part (trigger=FILE,scale=FILE:k=v)", &given.policy,
         NULL, NULL},
        {"--set", "NAME=VALUE", "set a variable of the scenario, or a parameter as "
         "policy.NAME=VALUE; may repeat", NULL, NULL, &given.sets},
        {"--seed", "N", "replace the scenario's seed", &given.seed, NULL, NULL},
        {"--from", "TIME", "begin later than the scenario does, with its book", &given.from, NULL,
         NULL},
        {"--to", "TIME", "end earlier than the scenario does; what is alive then is marked",
         &given.to, NULL, NULL},
        {"--swap", "TIME=POLICY", "at this time (2021-05-19T12:00:00Z, or 36h after clock.from) "
         "another policy takes over; may repeat", NULL, NULL, &given.swaps},
        {"--out", "DIR", "write a run directory (summary, fills, ledger, journal, report); DIR "
         "must not exist", &given.out, NULL, NULL},
        {"--explain", NULL, "say what latency, spread, depth, fees and delays took: the run again "
         "without each of them, and without all", NULL, &given.explain, NULL},
        {"--json", NULL, "print summary.json instead of the table", NULL, &given.json, NULL},
        {"--quiet", NULL, "no progress", NULL, &given.quiet, NULL},
        {"--allow", "DIR", "let the scenario read files below DIR as well; may repeat", NULL, NULL,
         &given.allowed},
        {"--trusted", NULL, "trust the scripts like this program: patterns, coroutines, no "
         "instruction limit", NULL, &given.trusted, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    const char *scenario = NULL;
    int count = 0;
    int status = rh_cli_parse(
        argc, argv, options, "run SCENARIO [options]",
        "Replay a scenario as fast as possible and say what hedging it cost.",
        "rehedge run examples/quickstart.json --policy delta_band:band=0.4 --out runs/a",
        &scenario, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count != 1) return rh_cli_usage("run needs a scenario; see rehedge run --help");
    return run(scenario, &given);
}
