/* Trade delta to a target at fixed times: the clock baseline of every hedging study.
 * Decides bit for bit as scripts/interval.lua. */
#include "policy/native.h"

#include <math.h>

enum { EVERY, TO, PARAMS };

static const rh_param_spec specs[PARAMS] = {
    {.name = "every", .type = RH_PARAM_DURATION,
     .default_value = {.duration_ns = INT64_C(3600000000000)},
     .min = 1e6, .max = (double)INFINITY, .about = "time between trades"},
    {.name = "to", .type = RH_PARAM_NUMBER, .default_value = {.number = 0},
     .min = -(double)INFINITY, .max = (double)INFINITY, .unit = "asset",
     .about = "net delta to trade to"},
};

static rh_status trigger(rh_policy *policy, const rh_view *view, const double *features,
                         rh_decision *decision, rh_kill_kind *killed_by, rh_error *error)
{
    (void)view, (void)features, (void)killed_by, (void)error;
    double to = policy->params.value[TO].number;
    *decision = (rh_decision){.fire = true, .lo = to, .hi = to};
    return RH_OK;
}

static double plain(const rh_policy *policy, const rh_view *view)
{
    return policy->params.value[TO].number - rh_view_number(view, RH_VIEW_DELTA);
}

static rh_status scale(rh_policy *policy, const rh_view *view, const double *features, double lo,
                       double hi, rh_order_request *orders, size_t *count, rh_kill_kind *killed_by,
                       rh_error *error)
{
    (void)features, (void)lo, (void)hi, (void)killed_by, (void)error;
    *count = rh_native_order(plain(policy, view), orders);
    return RH_OK;
}

static const rh_policy_methods methods = {trigger, scale, rh_native_save_state, NULL,
                                          rh_native_free, NULL, rh_native_restart, NULL, plain};

rh_status rh_native_interval_create(rh_json params, rh_policy **policy, rh_error *error)
{
    RH_TRY(rh_native_new(sizeof **policy, "interval", "Trade delta to a target at fixed times.",
                         &methods, specs, PARAMS, params, policy, error));
    (*policy)->wake.every_ns = (*policy)->params.value[EVERY].duration_ns;
    return RH_OK;
}
