/* `rehedge mc`: one policy over many simulated paths, with standard errors.
 * The study computes; this file gives it threads, files and a progress bar, and prints. Files and
 * the directory of --out appear whole or not at all; what was interrupted keeps its first paths. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/mc_table.h"
#include "cli/path_options.h"
#include "report/markup.h"
#include "report/report.h"
#include "study/mc_summary.h"

static const uint64_t paths_default = 10000, paths_until_se = 10000000;

typedef struct mc_arguments {
    rh_path_options of_paths;
    const char *policy, *seed, *until_se, *csv, *out, *path;
    bool json, quiet, trusted;
    rh_words sets, allowed;
} mc_arguments;

/* --- files --------------------------------------------------------------------------------- */

typedef struct outputs {
    rh_file_out *files[RH_MC_FILES_MAX]; /* of --csv and of --out; either may be NULL */
    rh_dir_out dir;
    bool has_dir;
} outputs;

static rh_status open_outputs(const mc_arguments *given, outputs *to, rh_error *error)
{
    char path[RH_PATH_MAX + 32];
    if (given->csv) RH_TRY(rh_file_out_open(given->csv, &to->files[0], error));
    if (!given->out) return RH_OK;
    RH_TRY(rh_dir_out_begin(&to->dir, given->out, error));
    to->has_dir = true;
    snprintf(path, sizeof path, "%s/paths.csv", to->dir.temporary);
    return rh_file_out_open(path, &to->files[1], error);
}

/* A file that could not be written says why when it is committed. */
static void abandon_outputs(outputs *to, rh_error *error)
{
    for (int f = 0; f < RH_MC_FILES_MAX; f++) {
        rh_file_out *file = to->files[f];
        to->files[f] = NULL;
        if (file && rh_file_out_failed(file)) {
            (void)rh_file_out_commit(file, error);
        } else {
            rh_file_out_abandon(file);
        }
    }
    if (to->has_dir) rh_dir_out_abandon(&to->dir);
    to->has_dir = false;
}

static rh_status commit_outputs(outputs *to, const rh_buffer *summary, rh_error *error)
{
    for (int f = 0; f < RH_MC_FILES_MAX; f++) {
        rh_file_out *file = to->files[f];
        to->files[f] = NULL;
        if (file) RH_TRY(rh_file_out_commit(file, error));
    }
    if (!to->has_dir) return RH_OK;
    RH_TRY(rh_cli_write_file(to->dir.temporary, "summary.json", summary, error));
    RH_TRY(rh_report_html(to->dir.temporary, error));
    to->has_dir = false; /* in any case: a commit that fails removes it */
    return rh_dir_out_commit(&to->dir, error);
}

/* --- the end of a study -------------------------------------------------------------------- */

/* How that path is had alone: every option that makes a difference to it. */
static void say_path(const mc_arguments *given, const char *scenario_path, uint64_t seed,
                     uint32_t path)
{
    rh_buffer line = {0}, safe = {0};
    bool plain = !given->of_paths.antithetic && !given->of_paths.moment_matched;
    rh_buffer_printf(&line, "rehedge %s %s --seed %" PRIu64 " --path %" PRIu32,
                     plain ? "run" : "mc", scenario_path, seed, path);
    if (given->of_paths.antithetic) rh_buffer_text(&line, " --antithetic");
    if (given->of_paths.moment_matched) rh_buffer_text(&line, " --moment-matched");
    if (given->policy) rh_buffer_printf(&line, " --policy %s", given->policy);
    for (int i = 0; i < given->sets.count; i++) {
        rh_buffer_printf(&line, " --set %s", given->sets.items[i]);
    }
    rh_plain_text(&safe, line.bytes && !line.failed ? line.bytes : "", 0);
    if (safe.bytes && !safe.failed) fprintf(stderr, "that path alone: %s\n", safe.bytes);
    rh_buffer_free(&line);
    rh_buffer_free(&safe);
}

static int say_killed(const mc_arguments *given, const char *scenario_path,
                      const rh_mc_scenario *scenario, const rh_mc_result *result)
{
    char label[160];
    snprintf(label, sizeof label,
             "the policy died on %" PRIu64 " of %" PRIu64 " paths; on path %" PRIu32 " of seed %"
             PRIu64, result->sums.killed, result->paths, result->first_killed, scenario->seed);
    rh_cli_say_policy_failed(label, result->kill_message);
    say_path(given, scenario_path, scenario->seed, result->first_killed);
    return 4;
}

static rh_status finish(const mc_arguments *given, const rh_mc_request *request,
                        const rh_mc_scenario *scenario, const rh_mc_result *result, outputs *to,
                        rh_error *error)
{
    rh_buffer summary = {0};
    rh_status status = rh_mc_summary(request, scenario, result, &summary, error);
    if (status == RH_OK) status = commit_outputs(to, &summary, error);
    if (status == RH_OK && given->json) {
        puts(summary.bytes);
    } else if (status == RH_OK) {
        status = rh_mc_table(stdout, request, scenario, result, rh_cli_colour(stdout), error);
    }
    rh_buffer_free(&summary);
    if (status != RH_OK) return status;
    fflush(stdout);
    if (given->out && !given->quiet) fprintf(stderr, "run directory: %s\n", given->out);
    return RH_OK;
}

static int study(const mc_arguments *given, rh_mc_request *request, const char *scenario_path)
{
    rh_mc_scenario scenario;
    rh_mc_result result = {0};
    rh_error error = {0};
    outputs to = {.has_dir = false};
    rh_path_progress progress;
    int exit_status = 0;
    rh_status status = rh_mc_scenario_read(&request->run, &scenario, &error);
    if (status == RH_OK) status = open_outputs(given, &to, &error);
    if (status == RH_OK) {
        if (isnan(request->risk_aversion)) request->risk_aversion = scenario.risk_aversion;
        memcpy(request->files, to.files, sizeof request->files);
        request->progress = rh_path_progress_note;
        request->progress_context = &progress;
        rh_path_progress_begin(&progress, "mc", given->quiet);
        status = rh_mc_run(request, &result, &error);
        if (status == RH_OK) {
            rh_progress_end(&progress.bar, result.paths);
        } else {
            rh_progress_abandon(&progress.bar);
        }
    }
    if (status == RH_OK) status = finish(given, request, &scenario, &result, &to, &error);
    abandon_outputs(&to, &error);
    if (status != RH_OK) {
        exit_status = rh_cli_fail(&error);
    } else if (result.sums.killed > 0) {
        exit_status = say_killed(given, scenario_path, &scenario, &result);
    }
    if (status == RH_OK && result.interrupted) {
        fprintf(stderr, "rehedge: interrupted: these are the first %" PRIu64 " of %" PRIu64
                " paths\n", result.paths, result.asked);
        if (exit_status == 0) exit_status = 1;
    }
    rh_mc_result_free(&result);
    return exit_status;
}

/* --- one path alone ------------------------------------------------------------------------ */

static int one_path(const rh_mc_request *request, uint32_t path)
{
    rh_path_result result;
    rh_error error = {0};
    rh_buffer rows = {0};
    char why[RH_ERROR_MESSAGE_MAX], label[RH_NAME_MAX];
    if (rh_mc_path(request, path, &result, &rows, why, &error) != RH_OK) {
        rh_buffer_free(&rows);
        return rh_cli_fail(&error);
    }
    fputs(rows.bytes, stdout);
    rh_buffer_free(&rows);
    if (!result.killed) return 0;
    snprintf(label, sizeof label, "the policy died on path %u", path);
    rh_cli_say_policy_failed(label, why);
    return 4;
}

/* --- arguments ----------------------------------------------------------------------------- */

static int run_mc(const mc_arguments *given, const char *scenario_path)
{
    uint64_t path = 0;
    rh_workers workers;
    rh_mc_request request = {.run = rh_cli_request(scenario_path)};
    int status = rh_path_options_read(&given->of_paths,
                                      given->until_se ? paths_until_se : paths_default, &workers,
                                      &request);
    if (status == 0)
        status = rh_path_positive_parse("--until-se", given->until_se, &request.until_se);
    if (status != 0) return status;
    if (given->path && !rh_path_count_parse(given->path, RH_MC_PATHS_MAX - 1, &path)) {
        return rh_cli_usage("--path: found %.64s, expected a number from 0 to %" PRIu64,
                            given->path, RH_MC_PATHS_MAX - 1);
    }
    request.run.policy = given->policy;
    request.run.seed = given->seed;
    request.run.trusted = given->trusted;
    request.run.sets = given->sets.items;
    request.run.set_count = given->sets.count;
    request.run.allowed = given->allowed.items;
    rh_cli_signals();
    return given->path ? one_path(&request, (uint32_t)path)
                       : study(given, &request, scenario_path);
}

int rh_cmd_mc(int argc, char **argv)
{
    mc_arguments given = {0};
    const rh_option options[] = {
        {"--paths", "N", "how many paths (10000; with --until-se at most 1e7)",
         &given.of_paths.paths, NULL, NULL},
        {"--until-se", "X", "stop when the standard error of the mean P&L is at most X",
         &given.until_se, NULL, NULL},
        {"--threads", "T", "threads (default: one per processor); they change no number",
         &given.of_paths.threads, NULL, NULL},
        {"--policy", "POLICY", "hedge with this policy and drop the scenario's swaps: a shipped "
         "name, a file, or either with parameters", &given.policy, NULL, NULL},
        {"--set", "NAME=VALUE", "set a variable of the scenario, or a parameter as "
         "policy.NAME=VALUE; may repeat", NULL, NULL, &given.sets},
        {"--seed", "N", "replace the scenario's seed", &given.seed, NULL, NULL},
        {"--antithetic", NULL, "path 2k+1 has the shocks of path 2k with the other sign", NULL,
         &given.of_paths.antithetic, NULL},
        {"--moment-matched", NULL, "the shocks of 256 neighbours have mean 0 and variance 1 at "
         "each step", NULL, &given.of_paths.moment_matched, NULL},
        {"--risk-aversion", "A", "for the reservation price under exponential utility, per unit of "
         "money (default: the scenario's variable risk_aversion)",
         &given.of_paths.risk_aversion, NULL, NULL},
        {"--csv", "FILE", "write one row per path", &given.csv, NULL, NULL},
        {"--method", "WORD", "fastest, events or blocks: how paths are computed; the numbers are "
         "the same", &given.of_paths.method, NULL, NULL},
        {"--out", "DIR", "write a directory (summary.json, paths.csv, the report)",
         &given.out, NULL, NULL},
        {"--path", "K", "path K of the study alone, as a row of paths.csv", &given.path, NULL,
         NULL},
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
        argc, argv, options, "mc SCENARIO [options]",
        "Run a scenario whose feeds are generators over many paths: P&L, cost, hedging error and "
        "tail risk, each with its standard error.",
        "rehedge mc examples/mc.json --paths 20000 --policy delta_band:band=0.1", &scenario, 1,
        &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count != 1) return rh_cli_usage("mc needs a scenario; see rehedge mc --help");
    return run_mc(&given, scenario);
}
