/* What the native C policies share: making one from declared params, having no state, and the
 * arithmetic of bands. Each decides exactly as its Lua twin in scripts/, to the last bit. */
#ifndef RH_POLICY_NATIVE_H
#define RH_POLICY_NATIVE_H

#include "policy/policy.h"

/* A zeroed policy of `bytes` (rh_policy first) with name, methods and params resolved, waking
 * never; NULL `specs` for a policy without params. */
rh_status rh_native_new(size_t bytes, const char *name, const char *about,
                        const rh_policy_methods *methods, const rh_param_spec *specs, int count,
                        rh_json params, rh_policy **policy, rh_error *error);

/* Methods that every native policy uses. */
rh_status rh_native_save_state(const rh_policy *policy, rh_buffer *state, rh_error *error);
void rh_native_free(rh_policy *policy);
bool rh_native_restart(rh_policy *policy, uint32_t path);

/* The quantity that brings delta to the nearest edge of [lo, hi]; 0 inside. */
static inline double rh_to_edge(double delta, double lo, double hi)
{
    if (delta > hi) return hi - delta;
    if (delta < lo) return lo - delta;
    return 0.0;
}

/* The quantity that brings delta to the middle of [lo, hi], from anywhere. */
static inline double rh_to_centre(double delta, double lo, double hi)
{
    return 0.5 * (lo + hi) - delta;
}

/* One market order by the default route, or none when qty is 0. */
static inline size_t rh_native_order(double qty, rh_order_request *order)
{
    if (qty == 0.0) return 0;
    *order = (rh_order_request){
        .qty = qty, .instrument = -1, .kind = RH_ORDER_MARKET, .slices = 1};
    return 1;
}

rh_status rh_native_none_create(rh_json params, rh_policy **policy, rh_error *error);
rh_status rh_native_interval_create(rh_json params, rh_policy **policy, rh_error *error);
rh_status rh_native_delta_band_create(rh_json params, rh_policy **policy, rh_error *error);

#endif
