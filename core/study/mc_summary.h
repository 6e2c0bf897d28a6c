/* summary.json of a study, and what of it is read from the scenario. Computes nothing. Keys are
 * those of docs/studies.md; tools and the report rely on them. */
#ifndef RH_STUDY_MC_SUMMARY_H
#define RH_STUDY_MC_SUMMARY_H

#include "study/mc.h"

typedef struct rh_mc_scenario {
    char name[256], sha256[RH_SHA256_HEX], numeraire[RH_NAME_MAX];
    uint64_t seed;
    double risk_aversion; /* vars.risk_aversion; NAN: none, or 0 */
} rh_mc_scenario;
/* The scenario of the request with everything that was set. RH_INPUT: it cannot be read, or its
 * risk aversion is no number from 0 on. */
rh_status rh_mc_scenario_read(const rh_run_request *request, rh_mc_scenario *scenario,
                              rh_error *error);

rh_status rh_mc_summary(const rh_mc_request *request, const rh_mc_scenario *scenario,
                        const rh_mc_result *result, rh_buffer *json, rh_error *error);

#endif
