/* `rehedge fork`: the run up to a time once, then a branch per policy from the identical state.
 * Makes its processes before any thread exists. Prints as compare does. */
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/compare_out.h"
#include "host/parallel.h"
#include "study/fork.h"

typedef struct fork_arguments {
    const char *policies[RH_COMPARE_POLICIES_MAX + 1]; /* the scenario first */
    int count;
    const char *at, *policy, *seed, *out, *processes;
    bool json, quiet;
    rh_words sets, allowed;
} fork_arguments;

static void pass_progress(void *context, double fraction, uint64_t events)
{
    rh_progress_update(context, fraction, events);
}

static rh_status commit_branch(void *context, size_t index, rh_run_result *result,
                               rh_error *error)
{
    (void)context, (void)index;
    return rh_cli_commit(result, error);
}

static uint64_t events_of(const rh_compare_run *runs, size_t count)
{
    uint64_t most = 0;
    for (size_t i = 0; i < count; i++)
        if (runs[i].result.events > most) most = runs[i].result.events;
    return most;
}

static int fork_run(const fork_arguments *given, int processes)
{
    size_t count = (size_t)given->count - 1;
    rh_compare_run *runs = calloc(count, sizeof *runs);
    rh_error error = {0};
    rh_progress progress;
    if (!runs) {
        rh_fail(&error, RH_NO_MEMORY, "out of memory");
        return rh_cli_fail(&error);
    }
    rh_fork_request request = {.base = rh_cli_request(given->policies[0]),
                               .at = given->at,
                               .policies = given->policies + 1,
                               .count = count,
                               .processes = processes,
                               .out_dir = given->out,
                               .leave = _exit,
                               .finish = commit_branch};
    request.base.policy = given->policy;
    request.base.seed = given->seed;
    request.base.sets = given->sets.items;
    request.base.set_count = given->sets.count;
    request.base.allowed = given->allowed.items;
    request.base.progress = pass_progress;
    request.base.progress_context = &progress;
    rh_progress_begin(&progress, "fork", given->quiet);
    rh_cli_signals();
    rh_status status = rh_fork(&request, runs, &error);
    if (status == RH_OK) {
        rh_progress_end(&progress, events_of(runs, count));
    } else {
        rh_progress_abandon(&progress);
    }
    int exit_status = status == RH_OK
                          ? rh_compare_out(runs, count, given->json, given->out, given->quiet, NULL,
                                           NULL)
                          : rh_cli_fail(&error);
    rh_compare_free(runs, count);
    free(runs);
    return exit_status;
}

int rh_cmd_fork(int argc, char **argv)
{
    fork_arguments given = {0};
    const rh_option options[] = {
        {"--at", "TIME", "where to branch: 2021-05-19T12:00:00Z, or 36h after clock.from",
         &given.at, NULL, NULL},
        {"--policy", "POLICY", "until then hedge with this one, and drop the scenario's swaps",
         &given.policy, NULL, NULL},
        {"--set", "NAME=VALUE", "set a variable of the scenario; may repeat", NULL, NULL,
         &given.sets},
        {"--seed", "N", "replace the scenario's seed", &given.seed, NULL, NULL},
        {"--out", "DIR", "write one run directory per branch, DIR/POLICY", &given.out, NULL, NULL},
        {"--processes", "N", "run at most N branches at once (default: one per processor)",
         &given.processes, NULL, NULL},
        {"--json", NULL, "print {\"runs\": [summary, ...]} instead of the table", NULL, &given.json,
         NULL},
        {"--quiet", NULL, "no progress", NULL, &given.quiet, NULL},
        {"--allow", "DIR", "let the scenario read files below DIR as well; may repeat", NULL, NULL,
         &given.allowed},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    int status = rh_cli_parse(
        argc, argv, options, "fork SCENARIO --at TIME POLICY... [options]",
        "Run a scenario to a time once, then branch to each policy from the identical state. Each "
        "branch is the run that --swap TIME=POLICY gives, to the last bit.",
        "rehedge fork examples/quickstart.json --at 36h delta_band:band=0.1 adaptive my.lua",
        given.policies, RH_COMPARE_POLICIES_MAX + 1, &given.count);
    if (status != 0) return status < 0 ? 0 : status;
    if (given.count < 2 || !given.at) {
        return rh_cli_usage("fork needs a scenario, --at TIME and at least one policy; see rehedge "
                            "fork --help");
    }
    int64_t processes = rh_host_processors();
    if (given.processes && (!rh_parse_i64(given.processes, &processes) || processes < 1 ||
                            processes > RH_COMPARE_POLICIES_MAX)) {
        return rh_cli_usage("--processes: found %.64s, expected a number from 1 to %d",
                            given.processes, RH_COMPARE_POLICIES_MAX);
    }
    return fork_run(&given, (int)processes);
}
