/* What each friction cost, as a table for people and as JSON for machines and run directories.
 * Money in the numeraire, positive = lost. Computes nothing. */
#ifndef RH_CLI_EXPLAIN_OUT_H
#define RH_CLI_EXPLAIN_OUT_H

#include <stdio.h>

#include "study/explain.h"

void rh_explain_print(const rh_explanation *explanation, FILE *out);
/* {"run": summary, "explain": ...}, on stdout. */
rh_status rh_explain_print_json(const rh_explanation *explanation, const rh_buffer *summary,
                                rh_error *error);
/* explain.json into a run directory that is not committed yet. */
rh_status rh_explain_write(const rh_explanation *explanation, const rh_dir_out *dir,
                           rh_error *error);

#endif
