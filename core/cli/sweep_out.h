/* A sweep as a table for people and as JSON for machines. Points are named by their values; text
 * from files and scripts is escaped. Computes nothing. */
#ifndef RH_CLI_SWEEP_OUT_H
#define RH_CLI_SWEEP_OUT_H

#include <stdio.h>

#include "study/sweep.h"

void rh_sweep_print(const rh_sweep_request *request, const rh_sweep_result *result, FILE *out);
/* {"kind": "sweep", "objective", "params", "points": [{"window", "params": {...}, "objective",
 * "frontier", the numbers of rh_outcome ...}], "best", "walk_forward": [...]}, appended. */
void rh_sweep_json(const rh_sweep_request *request, const rh_sweep_result *result,
                   rh_buffer *out);

#endif
