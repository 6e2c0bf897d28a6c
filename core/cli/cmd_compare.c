/* `rehedge compare`: several policies of one scenario, on its tape or over simulated paths. Reads
 * the command line; compare_tape.c and compare_paths.c do the rest. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/compare_paths.h"
#include "cli/compare_tape.h"

typedef struct compare_arguments {
    const char *policies[RH_COMPARE_POLICIES_MAX + 2];  /* the scenario first */
    char actual_policy[RH_PATH_MAX + 16];
    int count;
    const char *seed, *out, *actual, *actual_pnl;
    rh_ranking_words words;
    rh_path_options of_paths;
    bool bare, optimum, json, quiet, trusted;
    rh_words sets, allowed;
} compare_arguments;

static rh_run_request request_of(const compare_arguments *given)
{
    rh_run_request request = rh_cli_request(given->policies[0]);
    request.seed = given->seed;
    request.trusted = given->trusted;
    request.sets = given->sets.items;
    request.set_count = given->sets.count;
    request.allowed = given->allowed.items;
    return request;
}

static int compare_over_paths(const compare_arguments *given)
{
    if (given->actual)
        return rh_cli_usage("--actual: recorded hedges belong to one tape, not to --paths");
    rh_compare_paths over = {
        .of_paths = given->of_paths, .words = given->words, .run = request_of(given),
        .policies = given->policies + 1, .count = (size_t)given->count - 1, .out = given->out,
        .bare = given->bare, .optimum = given->optimum, .json = given->json,
        .quiet = given->quiet};
    return rh_cmd_compare_paths(&over);
}

static int compare_on_tape(compare_arguments *given)
{
    const rh_path_options *paths = &given->of_paths;
    if (paths->risk_aversion || paths->method || paths->antithetic || paths->moment_matched)
        return rh_cli_usage("a risk aversion or options of paths need --paths");
    if (given->optimum)
        return rh_cli_usage("--optimum needs --paths: what it is best at is an expectation");
    if (given->actual_pnl && !given->actual)
        return rh_cli_usage("--actual-pnl: whose? it needs --actual");
    if (given->actual && !rh_file_exists(given->actual)) {
        rh_error error = {0};
        rh_fail(&error, RH_NOT_FOUND, "--actual %.300s: no such file", given->actual);
        return rh_cli_fail(&error);
    }
    if (given->actual) {
        snprintf(given->actual_policy, sizeof given->actual_policy, "actual:%s", given->actual);
        given->policies[given->count++] = given->actual_policy;
    }
    rh_compare_tape on = {
        .run = request_of(given), .policies = given->policies + 1,
        .count = (size_t)given->count - 1, .actual = given->actual,
        .actual_pnl = given->actual_pnl, .words = given->words, .threads = paths->threads,
        .out = given->out, .bare = given->bare, .json = given->json, .quiet = given->quiet};
    return rh_cmd_compare_tape(&on);
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
        {"--objective", "NAME", "what the ranking is by: cost_variance (default), error, pnl; with "
         "--paths also certainty_equivalent, es95", &given.words.objective, NULL, NULL},
        {"--lambda", "X", "of cost + X times variance (default 0.001)", &given.words.lambda, NULL,
         NULL},
        {"--risk-aversion", "A", "of certainty equivalents, per unit of money",
         &given.of_paths.risk_aversion, NULL, NULL},
        {"--baseline", "POLICY", "whose P&L the others' is compared with (the first policy)",
         &given.words.baseline, NULL, NULL},
        {"--bare", NULL, "without the yardsticks no-hedge, every-step and best-band", NULL,
         &given.bare, NULL},
        {"--optimum", NULL, "with --paths: how far each is from the best possible (one European "
         "option, geometric Brownian motion, proportional cost)", NULL, &given.optimum, NULL},
        {"--actual", "FILE", "a person's own hedges (fills.csv) as one of the contestants, and the "
         "baseline", &given.actual, NULL, NULL},
        {"--actual-pnl", "X", "what they booked by their own account: the residual is stated",
         &given.actual_pnl, NULL, NULL},
        {"--antithetic", NULL, "as in mc", NULL, &given.of_paths.antithetic, NULL},
        {"--moment-matched", NULL, "as in mc", NULL, &given.of_paths.moment_matched, NULL},
        {"--method", "WORD", "as in mc", &given.of_paths.method, NULL, NULL},
        {"--json", NULL, "print {\"runs\": [summary, ...], \"ranking\": {...}} instead of the "
         "tables", NULL, &given.json, NULL},
        {"--quiet", NULL, "no progress", NULL, &given.quiet, NULL},
        {"--allow", "DIR", "let the scenario read files below DIR as well; may repeat", NULL, NULL,
         &given.allowed},
        {"--trusted", NULL, "trust the scripts like this program: patterns, coroutines, no "
         "instruction limit", NULL, &given.trusted, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    int status = rh_cli_parse(
        argc, argv, options, "compare SCENARIO POLICY... [options]",
        "Run several policies on the same tape, or with --paths on the same simulated paths, and "
        "rank them. Each replaces the "
        "scenario's policy and swaps; a policy is a shipped name, a file, or either with "
        "parameters.",
        "rehedge compare examples/quickstart.json interval:every=1h delta_band:band=0.25 my.lua",
        given.policies, RH_COMPARE_POLICIES_MAX + 1, &given.count);
    if (status != 0) return status < 0 ? 0 : status;
    if (given.count < 1 || (given.count < 2 && !given.actual)) {
        return rh_cli_usage("compare needs a scenario and at least one policy; see rehedge compare "
                            "--help");
    }
    return given.of_paths.paths ? compare_over_paths(&given) : compare_on_tape(&given);
}
