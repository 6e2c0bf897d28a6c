/* What a policy declares, as members of the JSON object that is being written: "params",
 * "features". Values are the resolved ones, which are the defaults when none were given. */
#ifndef RH_POLICY_DESCRIBE_H
#define RH_POLICY_DESCRIBE_H

#include "data/json.h"
#include "policy/policy.h"

void rh_policy_describe_params(rh_json_writer *writer, const rh_params *params);
void rh_policy_describe_features(rh_json_writer *writer, const rh_policy *policy);

#endif
