/* Renders run directories for people: one self-contained page each, and text tables for terminals.
 * Runs nothing and decides nothing: every number shown was in the run directory already. All text
 * of scripts and data is escaped for where it goes; memory is bounded whatever the ledger's length.
 */
#ifndef RH_REPORT_REPORT_H
#define RH_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* Write report.html (atomically) into a directory that holds summary.json and ledger.csv; fills.csv
 * and journal.jsonl are used when they are there. The page is one file: no network, no library,
 * light, dark and printable; the same bytes for the same directory. A damaged file is RH_INPUT. */
rh_status rh_report_html(const char *run_dir, rh_error *error);

/* Print one run (count 1) or a comparison (columns = runs) from the texts of summary.json. A label
 * heads its column; NULL labels, or a NULL entry, mean the policy's name. `colour` allows terminal
 * attributes: pass whether `out` is a terminal. 100 columns wide; more runs are shown in blocks. */
rh_status rh_report_table(FILE *out, const char *const *summary_jsons, const char *const *labels,
                          int count, bool colour, rh_error *error);

#endif
