/* What the published figures share: a measured rate with its spread, a session with a temporary
 * folder, and the groups of figures, one file each. A figure below its target is printed as such
 * and is no failure. */
#ifndef RH_CLI_BENCH_H
#define RH_CLI_BENCH_H

#include "cli/cli.h"
#include "data/json.h"

enum { RH_BENCH_REPEATS = 3, RH_FIGURES_MAX = 32 };

typedef struct rh_figure {
    const char *name, *about;
    const char *unit;                 /* what is counted: "events", "options" */
    uint64_t work;                    /* of them, per repeat */
    double per_s[RH_BENCH_REPEATS];   /* sorted */
    double target_per_s;              /* 0: none is published */
    double peak_mib, target_mib;      /* most memory resident; 0: not measured */
} rh_figure;

typedef struct rh_bench {
    char folder[RH_PATH_MAX]; /* temporary; "": not made yet */
    rh_progress progress;
    uint64_t work; /* per repeat instead of each figure's own; 0: its own */
    bool quiet, with_long;
    rh_figure figures[RH_FIGURES_MAX];
    size_t count;
} rh_bench;

/* The next figure, to be filled by a group. */
rh_figure *rh_bench_figure(rh_bench *bench, const char *name, const char *about, const char *unit);
void rh_bench_sort(rh_figure *figure); /* its repeats */
rh_status rh_bench_path(const rh_bench *bench, const char *name, char path[RH_PATH_MAX],
                        rh_error *error);
rh_status rh_bench_write(const rh_bench *bench, const char *name, const char *text,
                         rh_error *error);

/* The groups: each adds its figures. */
rh_status rh_bench_replay(rh_bench *bench, rh_error *error);
rh_status rh_bench_paths(rh_bench *bench, rh_error *error);
rh_status rh_bench_pricing(rh_bench *bench, rh_error *error);

/* --- output: bench_out.c ------------------------------------------------------------------- */

/* A figure of a baseline: the JSON that an earlier `rehedge bench --json` printed. */
typedef struct rh_baseline {
    char machine[512]; /* processor, instructions, compiler and flags in one line */
    size_t count;
    char name[RH_FIGURES_MAX][RH_NAME_MAX];
    double per_s[RH_FIGURES_MAX]; /* medians */
} rh_baseline;
rh_status rh_baseline_read(const char *path, rh_baseline *baseline, rh_error *error);
/* `baseline` may be NULL. */
void rh_bench_print(const rh_bench *bench, const rh_baseline *baseline);
rh_status rh_bench_print_json(const rh_bench *bench, const rh_baseline *baseline, rh_error *error);

#endif
