/* A study of many paths as people read it: every number with its standard error. Text from scripts
 * and scenarios is escaped. */
#ifndef RH_CLI_MC_TABLE_H
#define RH_CLI_MC_TABLE_H

#include <stdio.h>

#include "study/mc_summary.h"

rh_status rh_mc_table(FILE *out, const rh_mc_request *request, const rh_mc_scenario *scenario,
                      const rh_mc_result *result, bool colour, rh_error *error);

#endif
