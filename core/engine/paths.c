/* The face of many paths: what may be asked, which way computes it, what failed and where. Must not
 * compute a path itself. */
#include "engine/paths.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/actual.h"
#include "engine/path_set.h"

static rh_status check_feeds(const rh_paths *paths, rh_error *error)
{
    const rh_feed *feed = paths->scenario->feed;
    const rh_paths_options *options = &paths->options;
    if (!feed->random) {
        return rh_fail(error, RH_INPUT,
                       "%s: no feed is a generator: all paths would be the same; put \"synth\" in "
                       "the place of a feed's \"file\"",
                       paths->request.scenario_path);
    }
    if (paths->scenario->actual) {
        return rh_fail(error, RH_INPUT, "%s: recorded hedges belong to one tape, not to simulated "
                       "paths", paths->scenario->actual->name);
    }
    if (feed->mirrors || (!options->antithetic && !options->moment_matched)) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s: a generator here has no %s paths",
                   paths->request.scenario_path,
                   options->antithetic ? "antithetic" : "moment-matched");
}

static rh_status open_block(rh_paths *paths, rh_error *error)
{
    const char *lacks = NULL;
    if (paths->options.method == RH_PATHS_EVENTS) return RH_OK;
    lacks = rh_block_lacks(paths->run);
    if (!lacks) RH_TRY(rh_block_open(paths->run, &paths->block, &lacks, error));
    if (!lacks || paths->options.method != RH_PATHS_BLOCKS) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s: paths cannot be walked in blocks: it has %s",
                   paths->request.scenario_path, lacks);
}

static rh_status open_parts(rh_paths *paths, rh_error *error)
{
    RH_TRY(rh_scenario_read(&paths->request, &paths->scenario, error));
    RH_TRY(check_feeds(paths, error));
    RH_TRY(rh_run_open_lean(&paths->request, paths->scenario, &paths->run, error));
    if (paths->run->series_count > RH_PATH_SERIES_MAX)
        return rh_fail(error, RH_LIMIT, "the policy records %d series, and a path keeps %d at most",
                       paths->run->series_count, RH_PATH_SERIES_MAX);
    return open_block(paths, error);
}

rh_status rh_paths_open(const rh_run_request *request, const rh_paths_options *options,
                        rh_paths **out, rh_error *error)
{
    rh_paths *paths = calloc(1, sizeof *paths);
    *out = NULL;
    if (!paths) return rh_fail(error, RH_NO_MEMORY, "no memory for the paths");
    paths->request = *request;
    paths->request.out_dir = NULL;
    paths->request.progress = NULL;
    paths->request.fork_at = NULL;
    paths->request.branch_count = 0;
    paths->request.swap_count = 0;
    paths->options = *options;
    rh_status status = open_parts(paths, error);
    if (status != RH_OK) {
        rh_paths_close(paths);
        return status;
    }
    *out = paths;
    return RH_OK;
}

void rh_paths_close(rh_paths *paths)
{
    if (!paths) return;
    rh_block_close(paths->block);
    rh_run_close(paths->run);
    rh_scenario_free(paths->scenario);
    free(paths);
}

static rh_status check_range(const rh_paths *paths, uint32_t first, uint32_t count,
                             rh_error *error)
{
    bool whole = first % RH_PATHS_BLOCK == 0 && count == RH_PATHS_BLOCK;
    if (count == 0 || count > RH_PATHS_BLOCK || first > UINT32_MAX - count)
        return rh_fail(error, RH_USAGE, "found %u paths from %u, expected 1 to %d", count, first,
                       RH_PATHS_BLOCK);
    if (!paths->options.moment_matched || whole) return RH_OK;
    return rh_fail(error, RH_USAGE, "moment-matched paths come in whole blocks of %d",
                   RH_PATHS_BLOCK);
}

/* The moments of the shocks over the paths of a block. */
static rh_status measure(rh_paths *paths, uint32_t first, uint32_t count, rh_error *error)
{
    rh_feed_path of_feeds[RH_PATHS_BLOCK];
    rh_feed *feed = paths->scenario->feed;
    if (!paths->options.moment_matched) return RH_OK;
    for (uint32_t i = 0; i < count; i++) of_feeds[i] = rh_paths_of_feeds(paths, first + i);
    return feed->measure(feed, of_feeds, count, error);
}

/* In a block where there is one; what is given up there begins again in the event engine. */
static rh_status run_one(rh_paths *paths, uint32_t k, rh_path_result *result, rh_error *error)
{
    bool done = false;
    if (paths->block) {
        rh_feed_path of_feeds = rh_paths_of_feeds(paths, k);
        RH_TRY(rh_block_path(paths->block, k, &of_feeds, &done, error));
        if (done) rh_paths_read_result(paths->run, result);
        if (done) return RH_OK;
        paths->block->stale = true;
        paths->given_up++;
    }
    return rh_paths_by_events(paths, k, result, error);
}

rh_status rh_paths_run(rh_paths *paths, uint32_t first, uint32_t count, rh_path_result *results,
                       rh_error *error)
{
    rh_error local = {0};
    if (!error) error = &local;
    paths->kill_message[0] = '\0';
    RH_TRY(check_range(paths, first, count, error));
    RH_TRY(measure(paths, first, count, error));
    paths->in_blocks = paths->block != NULL;
    paths->given_up = 0;
    for (uint32_t i = 0; i < count; i++) {
        rh_status status = run_one(paths, first + i, &results[i], error);
        if (status == RH_OK) continue;
        if (status == RH_INTERRUPTED) return status;
        rh_fail_in(error, "path %u of seed %llu", first + i,
                   (unsigned long long)paths->scenario->seed);
        return status;
    }
    return RH_OK;
}

const char *rh_paths_kill_message(const rh_paths *paths)
{
    return paths->kill_message;
}

int rh_paths_series(const rh_paths *paths, const char *names[RH_PATH_SERIES_MAX])
{
    for (int c = 0; c < paths->run->series_count; c++) names[c] = paths->run->series[c].name;
    return paths->run->series_count;
}

bool rh_paths_in_blocks(const rh_paths *paths)
{
    return paths->in_blocks;
}

uint32_t rh_paths_given_up(const rh_paths *paths)
{
    return paths->given_up;
}

rh_status rh_paths_describe(const rh_paths *paths, rh_buffer *json, rh_error *error)
{
    const rh_run *run = paths->run;
    const rh_universe *u = run->universe;
    rh_json_writer w = {.out = json};
    rh_json_open(&w, NULL, '{');
    rh_json_put_text(&w, "scenario", paths->scenario->name);
    rh_json_put_text(&w, "asset", u->assets[run->asset].name);
    rh_json_put_text(&w, "numeraire", u->currencies[u->numeraire].name);
    rh_output_policy(run, NULL, &w);
    rh_json_close(&w, '}');
    return json->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for the description") : RH_OK;
}
