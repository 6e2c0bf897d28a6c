/* Figures of many simulated paths on one core: one option on one asset, GBM, proportional cost,
 * 1,000 steps, through the same door as `rehedge mc`. Counts steps of paths; decides nothing. */
#include "cli/bench.h"
#include "cli/commands.h"
#include "engine/paths.h"

enum { STEPS = 1000 };

static const char scenario[] =
    "{\"rehedge\": 1, \"name\": \"bench: paths\", \"seed\": 7, \"numeraire\": \"USD\",\n"
    " \"clock\": {\"from\": \"2025-01-01T00:00:00Z\", \"years\": 0.0821917808219178,\n"
    "           \"steps\": 1000},\n"
    " \"assets\": {\"A\": {\"vol\": {\"mark\": 0.5, \"hedge\": \"mark\"}}},\n"
    " \"instruments\": {\"S\": {\"kind\": \"spot\", \"asset\": \"A\", \"venue\": \"v\"}},\n"
    " \"feeds\": [{\"instrument\": \"S\", \"synth\": {\"model\": \"gbm\", \"spot\": 100,\n"
    "            \"vol\": 0.5, \"size\": 0}}],\n"
    " \"venues\": {\"v\": {\"kind\": \"proportional\", \"cost\": 0.0005}},\n"
    " \"portfolio\": [{\"option\": \"call\", \"asset\": \"A\", \"strike\": 100, \"qty\": -1,\n"
    "                \"expiry_years\": 0.0821917808219178}],\n"
    " \"hedge\": [\"S\"], \"policy\": {\"script\": \"native:none\"}}\n";

static const char each_lua[] =
    "return rehedge.policy {\n"
    "  api = 1, name = \"bench-each\", version = \"1.0.0\",\n"
    "  params = { band = { default = 0.05 } },\n"
    "  trigger = function(s, p)\n"
    "    return s.delta > p.band or s.delta < -p.band, -p.band, p.band\n"
    "  end,\n"
    "  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end,\n"
    "}\n";

typedef struct paths_case {
    const char *name, *about, *policy;
    bool is_file; /* of the folder */
    uint64_t blocks; /* of RH_PATHS_BLOCK paths, per repeat */
    double target_per_s;
} paths_case;

static const paths_case cases[] = {
    {"paths_native", "paths, native, trades at each step", "native:delta_band:band=0", false, 40,
     20e6},
    {"paths_lua", "paths, Lua called at each step", "each.lua", true, 8, 2e6},
    {"paths_lua_wake", "paths, Lua with wake, 4% of steps trade", "delta_band:band=0.6", false, 30,
     20e6},
};

static rh_status run_blocks(rh_paths *paths, uint64_t blocks, rh_error *error)
{
    rh_path_result results[RH_PATHS_BLOCK];
    for (uint64_t b = 0; b < blocks; b++) {
        uint32_t first = (uint32_t)b * RH_PATHS_BLOCK;
        RH_TRY(rh_paths_run(paths, first, RH_PATHS_BLOCK, results, error));
    }
    return RH_OK;
}

static rh_status measure(rh_bench *bench, const paths_case *of, const char *path, rh_error *error)
{
    char policy[RH_PATH_MAX];
    rh_paths *paths = NULL;
    rh_run_request request = rh_cli_request(path);
    RH_TRY(rh_bench_path(bench, of->policy, policy, error));
    request.policy = of->is_file ? policy : of->policy;
    RH_TRY(rh_paths_open(&request, &(rh_paths_options){.method = RH_PATHS_FASTEST}, &paths, error));
    rh_figure *figure = rh_bench_figure(bench, of->name, of->about, "path-steps");
    uint64_t blocks = bench->work ? bench->work / STEPS / RH_PATHS_BLOCK / 4 + 1 : of->blocks;
    figure->work = blocks * RH_PATHS_BLOCK * STEPS;
    figure->target_per_s = of->target_per_s;
    rh_status status = run_blocks(paths, 1, error); /* warm */
    for (int repeat = 0; repeat < RH_BENCH_REPEATS && status == RH_OK; repeat++) {
        int64_t started_ns = rh_cli_now_ns();
        status = run_blocks(paths, blocks, error);
        int64_t spent_ns = rh_cli_now_ns() - started_ns;
        figure->per_s[repeat] = (double)figure->work * 1e9 / (double)(spent_ns ? spent_ns : 1);
    }
    rh_bench_sort(figure);
    rh_paths_close(paths);
    return status;
}

rh_status rh_bench_paths(rh_bench *bench, rh_error *error)
{
    char path[RH_PATH_MAX];
    RH_TRY(rh_bench_write(bench, "paths.json", scenario, error));
    RH_TRY(rh_bench_write(bench, "each.lua", each_lua, error));
    RH_TRY(rh_bench_path(bench, "paths.json", path, error));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        RH_TRY(measure(bench, &cases[i], path, error));
    return RH_OK;
}
