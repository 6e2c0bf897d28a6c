/* A study of many paths as people read it: every number with its standard error. Text from scripts
 * and scenarios is escaped. */
#ifndef RH_CLI_MC_TABLE_H
#define RH_CLI_MC_TABLE_H

#include <stdio.h>

#include "report/number.h"
#include "study/mc_summary.h"

/* An estimate with two digits of its standard error: "-0.1396", "0.0078". Where there is no error,
 * `error` is "" and the value has `digits` significant ones. */
void rh_estimate_text(rh_estimate estimate, int digits, char value[RH_FIGURE_TEXT],
                      char error[RH_FIGURE_TEXT]);

rh_status rh_mc_table(FILE *out, const rh_mc_request *request, const rh_mc_scenario *scenario,
                      const rh_mc_result *result, bool colour, rh_error *error);

#endif
