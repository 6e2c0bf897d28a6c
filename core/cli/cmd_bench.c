/* `rehedge bench`: the published figures, measured here and now, in groups of one file each, and
 * beside those of an earlier bench. Owns the temporary folder; measures nothing itself. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/bench.h"
#include "cli/commands.h"
#include "data/file.h"

rh_figure *rh_bench_figure(rh_bench *bench, const char *name, const char *about, const char *unit)
{
    RH_ASSERT(bench->count < RH_FIGURES_MAX);
    rh_figure *figure = &bench->figures[bench->count++];
    *figure = (rh_figure){.name = name, .about = about, .unit = unit};
    return figure;
}

void rh_bench_sort(rh_figure *figure)
{
    double *value = figure->per_s;
    for (int i = 1; i < RH_BENCH_REPEATS; i++) {
        for (int j = i; j > 0 && value[j - 1] > value[j]; j--) {
            double swapped = value[j];
            value[j] = value[j - 1];
            value[j - 1] = swapped;
        }
    }
}

rh_status rh_bench_path(const rh_bench *bench, const char *name, char path[RH_PATH_MAX],
                        rh_error *error)
{
    int length = snprintf(path, RH_PATH_MAX, "%s/%s", bench->folder, name);
    if (length > 0 && length < RH_PATH_MAX) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s/%s: the path is too long", bench->folder, name);
}

rh_status rh_bench_write(const rh_bench *bench, const char *name, const char *text,
                         rh_error *error)
{
    char path[RH_PATH_MAX];
    rh_file_out *out;
    RH_TRY(rh_bench_path(bench, name, path, error));
    if (unlink(path) != 0 && rh_file_exists(path)) return rh_fail(error, RH_IO, "%s: busy", path);
    RH_TRY(rh_file_out_open(path, &out, error));
    rh_file_out_text(out, text);
    return rh_file_out_commit(out, error);
}

static rh_status make_folder(rh_bench *bench, rh_error *error)
{
    const char *base = getenv("TMPDIR");
    int length = snprintf(bench->folder, sizeof bench->folder, "%s/rehedge-bench-XXXXXX",
                          base && base[0] ? base : "/tmp");
    if (length > 0 && (size_t)length < sizeof bench->folder && mkdtemp(bench->folder)) return RH_OK;
    bench->folder[0] = '\0';
    return rh_fail(error, RH_IO, "no temporary folder could be made; is TMPDIR right?");
}

static void remove_folder(const rh_bench *bench)
{
    rh_dir_out folder = {{0}, {0}};
    snprintf(folder.temporary, sizeof folder.temporary, "%s", bench->folder);
    rh_dir_out_abandon(&folder);
}

static rh_status measure_all(rh_bench *bench, rh_error *error)
{
    RH_TRY(make_folder(bench, error));
    RH_TRY(rh_bench_replay(bench, error)); /* first: the peak of memory is that of the process */
    RH_TRY(rh_bench_paths(bench, error));
    return rh_bench_pricing(bench, error);
}

static int bench_and_print(rh_bench *bench, const char *baseline_path, bool json)
{
    rh_error error = {0};
    rh_baseline baseline;
    rh_status status = RH_OK;
    if (baseline_path) status = rh_baseline_read(baseline_path, &baseline, &error);
    rh_cli_signals();
    if (status == RH_OK) {
        status = measure_all(bench, &error);
        remove_folder(bench);
    }
    const rh_baseline *beside = baseline_path ? &baseline : NULL;
    if (status == RH_OK && json) status = rh_bench_print_json(bench, beside, &error);
    if (status == RH_OK && !json) rh_bench_print(bench, beside);
    return status == RH_OK ? 0 : rh_cli_fail(&error);
}

int rh_cmd_bench(int argc, char **argv)
{
    bool json = false;
    rh_bench *bench = calloc(1, sizeof *bench);
    const char *events = NULL, *operand = NULL, *baseline = NULL;
    if (!bench) return rh_cli_usage("out of memory");
    const rh_option options[] = {
        {"--baseline", "FILE", "compare with this file, what an earlier bench --json printed",
         &baseline, NULL, NULL},
        {"--json", NULL, "print the figures as JSON", NULL, &json, NULL},
        {"--long", NULL, "also the memory of a generated feed of 100 million events", NULL,
         &bench->with_long, NULL},
        {"--events", "N", "events per run instead of 1 to 4 million (100 for --long)", &events,
         NULL, NULL},
        {"--quiet", NULL, "no progress", NULL, &bench->quiet, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    int status = rh_cli_parse(argc, argv, options, "bench [options]",
                              "Measure the published speed figures on this machine, on one core: "
                              "each is repeated three times.",
                              "rehedge bench --json > before.json\n"
                              "rehedge bench --baseline before.json", &operand, 0, NULL);
    if (status == 0 && events &&
        (!rh_parse_u64(events, &bench->work) || bench->work < 1 || bench->work > 1000000000)) {
        status = rh_cli_usage("--events: found %.64s, expected a number from 1 to 1000000000",
                              events);
    } else if (status == 0) {
        status = bench_and_print(bench, baseline, json);
    }
    free(bench);
    return status < 0 ? 0 : status;
}
