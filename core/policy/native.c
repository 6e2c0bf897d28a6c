/* The table of native policies and what they share.
 * Must not decide anything: each policy has its own file. They hold no state between calls. */
#include "policy/native.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const rh_native_policy rh_native_policies[] = {
    {"none", "Never trade: the unhedged book.", rh_native_none_create},
    {"interval", "Trade delta to a target at fixed times.", rh_native_interval_create},
    {"delta_band", "Trade back to the band when net delta leaves it.",
     rh_native_delta_band_create},
    {NULL, NULL, NULL},
};

const rh_native_policy *rh_native_policy_find(const char *name)
{
    for (const rh_native_policy *row = rh_native_policies; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0) return row;
    return NULL;
}

rh_status rh_native_new(size_t bytes, const char *name, const char *about,
                        const rh_policy_methods *methods, const rh_param_spec *specs, int count,
                        rh_json params, rh_policy **policy, rh_error *error)
{
    rh_policy *made = calloc(1, bytes);
    if (made == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for policy %s", name);
    made->methods = methods;
    snprintf(made->name, sizeof made->name, "%s", name);
    snprintf(made->version, sizeof made->version, "native");
    snprintf(made->license, sizeof made->license, "MIT");
    snprintf(made->about, sizeof made->about, "%s", about);
    memset(made->sha256, '0', RH_SHA256_HEX - 1);
    made->has_trigger = made->has_scale = made->reproducible = true;
    made->params.count = count;
    if (count > 0) memcpy(made->params.spec, specs, (size_t)count * sizeof *specs);
    made->wake = (rh_wake){.delta_beyond = (double)NAN, .move_beyond = (double)NAN};
    rh_status status = rh_params_resolve(&made->params, params, error);
    if (status != RH_OK) {
        free(made);
        return status;
    }
    *policy = made;
    return RH_OK;
}

rh_status rh_native_save_state(const rh_policy *policy, rh_buffer *state, rh_error *error)
{
    (void)policy, (void)state, (void)error;
    return RH_OK;
}

bool rh_native_restart(rh_policy *policy, uint32_t path)
{
    (void)policy, (void)path;
    return true;    /* it has kept nothing, and draws nothing */
}

void rh_native_free(rh_policy *policy)
{
    free(policy);
}
