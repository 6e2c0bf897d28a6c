/* A ranking of policies as people read it, and as compare.json. Order is that of the ranking in the
 * table, of the command line in the JSON; text from scripts and scenarios is escaped. */
#ifndef RH_CLI_RANKING_OUT_H
#define RH_CLI_RANKING_OUT_H

#include <stdio.h>

#include "study/mc_summary.h"
#include "study/ranking.h"

rh_status rh_ranking_table(FILE *out, const rh_ranking_request *request,
                           const rh_mc_scenario *scenario, const rh_contestant *contestants,
                           bool colour, rh_error *error);
rh_status rh_ranking_json(const rh_ranking_request *request, const rh_mc_scenario *scenario,
                          const rh_contestant *contestants, rh_buffer *json, rh_error *error);

#endif
