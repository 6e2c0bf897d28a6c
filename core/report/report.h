/* Renders run directories for people: one self-contained page each, and text tables for terminals.
 * Runs nothing and decides nothing: every number shown was in the directory already. All text of
 * scripts and data is escaped for where it goes; memory is bounded whatever the ledger's length. */
#ifndef RH_REPORT_REPORT_H
#define RH_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

#define RH_REPORT_RUNS_MAX 256

/* Write report.html (atomically) into a directory that holds summary.json, by its "kind":
 *   absent    one run: ledger.csv, and fills.csv and journal.jsonl when they are there;
 *   "mc"      a study of many paths: what `rehedge mc` writes, with "histogram" and "quantiles";
 *   "sweep"   what `rehedge sweep --json` prints: {"kind": "sweep", "name", "numeraire",
 *             "params": ["band", ...], "objective": {"name"} (absent: the P&L), "points":
 *             [{"params": {"band": 0.1, ...}, "pnl", "pnl_se", "cost", "cost_se", "error",
 *             "error_se", "objective"}, ...]}, smaller objectives being better.
 * The page is one file: no network, light, dark and printable; the same bytes for the same
 * directory. A damaged file is RH_INPUT. */
rh_status rh_report_html(const char *dir, rh_error *error);

/* The folders below `dir` that hold a summary.json, in the order of their names, when `dir` itself
 * holds none: what `rehedge compare --out` writes. Zero otherwise. */
typedef struct rh_report_list { char **dirs; int count; } rh_report_list;
rh_status rh_report_list_runs(const char *dir, rh_report_list *list, rh_error *error);
void rh_report_list_free(rh_report_list *list);

/* One page of several directories side by side, written to `path`: runs of one scenario, or studies
 * of it over the same paths. A label names its column; NULL means the folder's name. The first one
 * is compared against, unless `study` (a path, NULL or absent: none) says more:
 *   {"kind": "compare", "baseline": "LABEL", "objective": "NAME", "runs": [{"label", "objective",
 *    "pnl": {"mean", "se"}, "cost": {"mean", "se"}, "error": {"mean", "se"},
 *    "difference": {"mean", "low", "high"}, "regret": 12.5}, ...]}
 * where "difference" is the paired one of P&L to the baseline with its confidence interval, and the
 * error of runs is in money as well. */
rh_status rh_report_compare(const char *const *dirs, const char *const *labels, int count,
                            const char *study, const char *path, rh_error *error);

/* Print one run (count 1) or a comparison (columns = runs) from the texts of summary.json. A label
 * heads its column; NULL labels, or a NULL entry, mean the policy's name. `colour` allows terminal
 * attributes: pass whether `out` is a terminal. 100 columns wide; more runs are shown in blocks. */
rh_status rh_report_table(FILE *out, const char *const *summary_jsons, const char *const *labels,
                          int count, bool colour, rh_error *error);

#endif
