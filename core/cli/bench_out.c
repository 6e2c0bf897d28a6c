/* The figures as a table and as JSON, alone or beside those of an earlier bench. A ratio above 1 is
 * faster now. Another machine or other flags are said, not judged. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/bench.h"
#include "cli/commands.h"
#include "lua/lua_policy.h"
#include "math/kernels.h"

#define BASELINE_BYTES_MAX ((size_t)1 << 20)

static void this_machine(char text[512])
{
    char processor[160];
    snprintf(text, 512, "%s, %s instructions; %s, %s", rh_machine_processor(processor),
             rh_isa_name(), rh_build_compiler(), rh_build_flags());
}

/* --- the baseline -------------------------------------------------------------------------- */

static rh_status read_figure(rh_json at, rh_baseline *baseline, rh_error *error)
{
    const char *name = "";
    size_t n = baseline->count;
    if (n == RH_FIGURES_MAX) return rh_json_fail(at, error, "more than %d figures", RH_FIGURES_MAX);
    RH_TRY(rh_json_text(at, "name", RH_REQUIRED, &name, error));
    RH_TRY(rh_json_number(at, "per_s", RH_REQUIRED, 1e-9, 1e18, &baseline->per_s[n], error));
    rh_text_escape(baseline->name[n], RH_NAME_MAX, name, strlen(name));
    baseline->count++;
    return RH_OK;
}

static rh_status read_all(rh_json root, rh_baseline *baseline, rh_error *error)
{
    const char *machine = "";
    rh_json figures;
    RH_TRY(rh_json_text(root, "machine", RH_REQUIRED, &machine, error));
    rh_text_escape(baseline->machine, sizeof baseline->machine, machine, strlen(machine));
    RH_TRY(rh_json_get(root, "figures", RH_REQUIRED, &figures, error));
    for (size_t i = 0; i < rh_json_count(figures); i++)
        RH_TRY(read_figure(rh_json_at(figures, i), baseline, error));
    return RH_OK;
}

rh_status rh_baseline_read(const char *path, rh_baseline *baseline, rh_error *error)
{
    rh_json_doc *doc = NULL;
    *baseline = (rh_baseline){0};
    RH_TRY(rh_json_read(path, BASELINE_BYTES_MAX, &doc, error));
    rh_status status = read_all(rh_json_root(doc), baseline, error);
    rh_json_free(doc);
    return status;
}

/* The rate now over that of the baseline; NaN where it has none. */
static double ratio(const rh_figure *figure, const rh_baseline *baseline)
{
    for (size_t i = 0; baseline && i < baseline->count; i++) {
        if (!strcmp(baseline->name[i], figure->name))
            return figure->per_s[RH_BENCH_REPEATS / 2] / baseline->per_s[i];
    }
    return (double)NAN;
}

/* --- people -------------------------------------------------------------------------------- */

static void print_row(const rh_figure *row, const rh_baseline *baseline)
{
    double median = row->per_s[RH_BENCH_REPEATS / 2], of_baseline = ratio(row, baseline);
    printf("%-40s %-10s %9.3f (%7.3f to %7.3f)", row->about, row->unit, median * 1e-6,
           row->per_s[0] * 1e-6, row->per_s[RH_BENCH_REPEATS - 1] * 1e-6);
    if (row->target_per_s > 0.0) {
        printf(" %7.2f%s", row->target_per_s * 1e-6,
               median >= row->target_per_s ? "" : " not reached");
    } else {
        printf(" %7s", "");
    }
    if (!isnan(of_baseline)) printf("  %5.2fx", of_baseline);
    putchar('\n');
    if (row->peak_mib > 0.0) {
        printf("%-40s %.1f MiB resident at most, target %.0f%s\n", "", row->peak_mib,
               row->target_mib, row->peak_mib < row->target_mib ? "" : " not reached");
    }
}

void rh_bench_print(const rh_bench *bench, const rh_baseline *baseline)
{
    char machine[512], system[160];
    this_machine(machine);
    printf("rehedge %s, lua %s\n%s\n%s\n\n", RH_ENGINE_VERSION, rh_lua_version(), machine,
           rh_machine_system(system));
    printf("%-40s %-10s %9s %20s %7s%s\n", "", "", "million/s", "", "target",
           baseline ? "  ratio" : "");
    for (size_t i = 0; i < bench->count; i++) print_row(&bench->figures[i], baseline);
    printf("\nMedian of %d, slowest and fastest in brackets; runs include loading.\n",
           RH_BENCH_REPEATS);
    if (!baseline) return;
    bool same = strcmp(baseline->machine, machine) == 0;
    printf("Ratio: now over the baseline, above 1 is faster.%s%s\n",
           same ? "" : " The baseline is of another machine or build: ",
           same ? "" : baseline->machine);
}

/* --- machines ------------------------------------------------------------------------------ */

static void put_figure(rh_json_writer *w, const rh_figure *row, const rh_baseline *baseline)
{
    double of_baseline = ratio(row, baseline);
    rh_json_open(w, NULL, '{');
    rh_json_put_text(w, "name", row->name);
    rh_json_put_text(w, "about", row->about);
    rh_json_put_text(w, "unit", row->unit);
    rh_json_put_i64(w, "work", (int64_t)row->work);
    rh_json_put_double(w, "per_s", row->per_s[RH_BENCH_REPEATS / 2]);
    rh_json_put_double(w, "slowest_per_s", row->per_s[0]);
    rh_json_put_double(w, "fastest_per_s", row->per_s[RH_BENCH_REPEATS - 1]);
    if (row->target_per_s > 0.0) rh_json_put_double(w, "target_per_s", row->target_per_s);
    if (!isnan(of_baseline)) rh_json_put_double(w, "ratio", of_baseline);
    if (row->peak_mib > 0.0) {
        rh_json_put_double(w, "peak_mib", row->peak_mib);
        rh_json_put_double(w, "target_mib", row->target_mib);
    }
    rh_json_close(w, '}');
}

rh_status rh_bench_print_json(const rh_bench *bench, const rh_baseline *baseline, rh_error *error)
{
    rh_buffer text = {0};
    rh_json_writer w = {.out = &text, .pretty = true};
    char machine[512], system[160];
    this_machine(machine);
    rh_json_open(&w, NULL, '{');
    rh_json_put_text(&w, "engine", RH_ENGINE_VERSION);
    rh_json_put_text(&w, "lua", rh_lua_version());
    rh_json_put_text(&w, "machine", machine);
    rh_json_put_text(&w, "system", rh_machine_system(system));
    rh_json_put_i64(&w, "repeats", RH_BENCH_REPEATS);
    if (baseline) rh_json_put_text(&w, "baseline", baseline->machine);
    rh_json_open(&w, "figures", '[');
    for (size_t i = 0; i < bench->count; i++) put_figure(&w, &bench->figures[i], baseline);
    rh_json_close(&w, ']');
    rh_json_close(&w, '}');
    rh_status status = text.failed ? rh_fail(error, RH_NO_MEMORY, "out of memory") : RH_OK;
    if (status == RH_OK) puts(text.bytes);
    rh_buffer_free(&text);
    return status;
}
