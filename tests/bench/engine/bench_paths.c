/* Path-steps a second of many paths on one core, events and blocks, for the policies of the
 * published targets: one option, one asset, GBM, proportional costs. Prints processor time, the
 * best of several rounds in turns, and ratios; never fails on a slow machine.
 * Arguments: number of steps (1000, then 252, then 63) and of rounds (5). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/paths.h"
#include "lua/lua_policy.h"

static const char scenario[] =
    "{\"rehedge\": 1, \"seed\": 1, \"numeraire\": \"USD\", \"clock\": {\"from\": "
    "\"2025-01-01T00:00:00Z\", \"to\": \"2025-01-31T00:00:00Z\", \"end\": \"settle\"}, "
    "\"assets\": {\"A\": {\"vol\": {\"mark\": 0.5}}}, \"instruments\": {\"S\": {\"kind\": "
    "\"spot\", \"asset\": \"A\"}, \"H\": {\"kind\": \"spot\", \"asset\": \"A\", \"venue\": "
    "\"v\"}}, \"feeds\": [{\"instrument\": \"S\", \"synth\": {\"model\": \"gbm\", \"spot\": 100, "
    "\"vol\": 0.5, \"interval\": \"%dms\"}}], \"venues\": {\"v\": {\"kind\": \"book\", "
    "\"taker_bps\": 5, \"spread_bps\": 0}}, \"portfolio\": [{\"option\": \"call\", \"asset\": "
    "\"A\", \"strike\": 100, \"expiry\": \"2025-01-31T00:00:00Z\", \"qty\": -1}], \"hedge\": "
    "[\"H\"], \"policy\": {\"script\": \"none\"}}";

static const char lua_each[] =
    "return rehedge.policy { api = 1, name = 'each', version = '1',\n"
    "  params = { band = { default = 0.05 } },\n"
    "  trigger = function(s, p)\n"
    "    return s.delta > p.band or s.delta < -p.band, -p.band, p.band end,\n"
    "  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end }\n";

static const struct row {
    const char *name, *policy;
    double target_millions;
} rows[] = {
    {"native, trades at each step", "native:delta_band:band=0", 20.0},
    {"native, band of 0.05", "native:delta_band:band=0.05", 20.0},
    {"native, unhedged", "native:none", 20.0},
    {"Lua, called at each step", "%s/each.lua", 2.0},
    {"Lua, called and trading at each step", "%s/each.lua:band=0", 2.0},
    {"Lua with wake, band of 0.05", "delta_band:band=0.05", 20.0},
    {"Lua with wake, band of 0.6", "delta_band:band=0.6", 20.0},
    {"Lua with wake, band of 0.95", "delta_band:band=0.95", 20.0},
};
enum { ROWS = sizeof rows / sizeof *rows, METHODS = 2 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (!f) exit(1);
    fputs(text, f);
    fclose(f);
}

static rh_paths *open_paths(const char *dir, const struct row *row, rh_path_method method)
{
    char path[128], policy[128];
    rh_error error = {0};
    rh_paths *paths = NULL;
    snprintf(path, sizeof path, "%s/s.json", dir);
    snprintf(policy, sizeof policy, row->policy, dir);
    const rh_run_request request = {
        .scenario_path = path, .policy = policy, .loader = &rh_lua_loader};
    const rh_paths_options options = {.method = method};
    rh_status status = rh_paths_open(&request, &options, &paths, &error);
    if (status != RH_OK) fprintf(stderr, "%s: %s\n", row->name, error.message);
    return paths;
}

/* Seconds for one block; *fills: of a path, on average. */
static double measure(rh_paths *paths, double *fills)
{
    static rh_path_result results[RH_PATHS_BLOCK];
    rh_error error = {0};
    double started = now_s();
    if (rh_paths_run(paths, 0, RH_PATHS_BLOCK, results, &error) != RH_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    double took = now_s() - started;
    *fills = 0.0;
    for (int p = 0; p < RH_PATHS_BLOCK; p++) *fills += results[p].fills / (double)RH_PATHS_BLOCK;
    return took;
}

static void show(const char *dir, const struct row *row, int steps, int rounds)
{
    static const rh_path_method methods[METHODS] = {RH_PATHS_EVENTS, RH_PATHS_FASTEST};
    rh_paths *paths[METHODS];
    double best[METHODS] = {1e300, 1e300}, fills = 0.0;
    for (int m = 0; m < METHODS; m++) paths[m] = open_paths(dir, row, methods[m]);
    for (int n = 0; n < rounds; n++) {
        for (int m = 0; m < METHODS && paths[m]; m++) {
            double took = measure(paths[m], &fills);
            if (took < best[m]) best[m] = took;
        }
    }
    double work = (double)RH_PATHS_BLOCK * steps;
    printf("%-36s events %6.2f, %s %6.2f million path-steps/s, ratio %5.2f, %5.2f of target, "
           "%5.1f%% trade\n",
           row->name, work / best[0] * 1e-6, rh_paths_in_blocks(paths[1]) ? "blocks" : "events",
           work / best[1] * 1e-6, best[0] / best[1], work / best[1] * 1e-6 / row->target_millions,
           100.0 * fills / steps);
    for (int m = 0; m < METHODS; m++) rh_paths_close(paths[m]);
}

static void show_all(const char *dir, int steps, int rounds)
{
    char json[2048];
    snprintf(json, sizeof json, scenario, (int)(2592e6 / steps));
    write_file(dir, "s.json", json);
    printf("%d paths of %d steps\n", RH_PATHS_BLOCK, steps);
    for (int n = 0; n < ROWS; n++) show(dir, &rows[n], steps, rounds);
}

int main(int argc, char **argv)
{
    static const int usual[] = {1000, 252, 63};
    char dir[] = "/tmp/rehedge-bench-XXXXXX", json[128];
    int steps = argc > 1 ? atoi(argv[1]) : 0, rounds = argc > 2 ? atoi(argv[2]) : 5;
    if ((argc > 1 && steps < 2) || !mkdtemp(dir)) return 2;
    write_file(dir, "each.lua", lua_each);
    for (int n = 0; n < 3 && argc == 1; n++) show_all(dir, usual[n], rounds);
    if (argc > 1) show_all(dir, steps, rounds);
    snprintf(json, sizeof json, "%s/s.json", dir);
    unlink(json);
    snprintf(json, sizeof json, "%s/each.lua", dir);
    unlink(json);
    return rmdir(dir);
}
