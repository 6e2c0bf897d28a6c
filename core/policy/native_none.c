/* The policy that never trades: the unhedged book, and what a killed policy's "hold" looks like.
 * Its wake has no condition that can hold, so the engine never calls it. */
#include "policy/native.h"

static rh_status trigger(rh_policy *policy, const rh_view *view, const double *features,
                         rh_decision *decision, rh_kill_kind *killed_by, rh_error *error)
{
    (void)policy, (void)view, (void)features, (void)killed_by, (void)error;
    *decision = (rh_decision){.fire = false};
    return RH_OK;
}

static rh_status scale(rh_policy *policy, const rh_view *view, const double *features, double lo,
                       double hi, rh_order_request *orders, size_t *count, rh_kill_kind *killed_by,
                       rh_error *error)
{
    (void)policy, (void)view, (void)features, (void)lo, (void)hi, (void)orders;
    (void)killed_by, (void)error;
    *count = 0;
    return RH_OK;
}

static const rh_policy_methods methods = {trigger, scale, rh_native_save_state, NULL,
                                          rh_native_free, NULL, rh_native_restart, NULL, NULL};

rh_status rh_native_none_create(rh_json params, rh_policy **policy, rh_error *error)
{
    RH_TRY(rh_native_new(sizeof **policy, "none", "Never trade: the unhedged book.", &methods,
                         NULL, 0, params, policy, error));
    (*policy)->portfolio = true;    /* nothing to it either */
    return RH_OK;
}
