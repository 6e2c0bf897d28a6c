/* Trade back when net delta leaves a band around zero: the event baseline of every hedging study.
 * The half width is in units of the asset, of the quote currency, or in percent of the book's gross
 * delta. Decides bit for bit as scripts/delta_band.lua. */
#include "policy/native.h"

#include <math.h>
#include <string.h>

enum { BAND, TO, UNIT, PARAMS };

typedef struct delta_band { rh_policy policy; bool to_centre; } delta_band;

static const rh_param_spec specs[PARAMS] = {
    {.name = "band", .type = RH_PARAM_NUMBER, .default_value = {.number = 0.05}, .min = 0,
     .max = (double)INFINITY, .about = "half width of the no-trade band, in `unit`"},
    {.name = "to", .type = RH_PARAM_TEXT, .default_value = {.text = "edge"}, .word_count = 2,
     .words = {"edge", "centre"}, .about = "where a breach is traded to"},
    {.name = "unit", .type = RH_PARAM_TEXT, .default_value = {.text = "asset"}, .word_count = 3,
     .words = {"asset", "quote", "percent"}, .about = "unit of band; percent of the gross delta"},
};

static inline double half_width(const rh_policy *policy, const rh_view *view)
{
    double band = policy->params.value[BAND].number;
    if (policy->wake.delta_unit == RH_BAND_QUOTE)
        return band / rh_view_number(view, RH_VIEW_SPOT);
    if (policy->wake.delta_unit == RH_BAND_PERCENT)
        return band / 100 * rh_view_number(view, RH_VIEW_GROSS_DELTA);
    return band;
}

static inline bool is_outside(double delta, double half)
{
    return delta > half || delta < -half;
}

static inline double back(const rh_policy *policy, double delta, double lo, double hi)
{
    bool to_centre = ((const delta_band *)policy)->to_centre;
    return to_centre ? rh_to_centre(delta, lo, hi) : rh_to_edge(delta, lo, hi);
}

static rh_status trigger(rh_policy *policy, const rh_view *view, const double *features,
                         rh_decision *decision, rh_kill_kind *killed_by, rh_error *error)
{
    (void)features, (void)killed_by, (void)error;
    double half = half_width(policy, view);
    bool fire = is_outside(rh_view_number(view, RH_VIEW_DELTA), half);
    *decision = (rh_decision){.fire = fire, .lo = -half, .hi = half};
    return RH_OK;
}

static rh_status scale(rh_policy *policy, const rh_view *view, const double *features, double lo,
                       double hi, rh_order_request *orders, size_t *count, rh_kill_kind *killed_by,
                       rh_error *error)
{
    (void)features, (void)killed_by, (void)error;
    *count = rh_native_order(back(policy, rh_view_number(view, RH_VIEW_DELTA), lo, hi), orders);
    return RH_OK;
}

static double plain(const rh_policy *policy, const rh_view *view)
{
    double half = half_width(policy, view), delta = rh_view_number(view, RH_VIEW_DELTA);
    return is_outside(delta, half) ? back(policy, delta, -half, half) : 0.0;
}

static const rh_policy_methods methods = {trigger, scale, rh_native_save_state, NULL,
                                          rh_native_free, NULL, rh_native_restart, NULL, plain};

rh_status rh_native_delta_band_create(rh_json params, rh_policy **policy, rh_error *error)
{
    RH_TRY(rh_native_new(sizeof(delta_band), "delta_band",
                         "Trade back to the band when net delta leaves it.", &methods, specs,
                         PARAMS, params, policy, error));
    ((delta_band *)*policy)->to_centre =
        strcmp((*policy)->params.value[TO].text, "centre") == 0;
    rh_wake *wake = &(*policy)->wake;
    wake->delta_beyond = (*policy)->params.value[BAND].number;
    for (int unit = 0; rh_band_unit_words[unit] != NULL; unit++)
        if (strcmp(rh_band_unit_words[unit], (*policy)->params.value[UNIT].text) == 0)
            wake->delta_unit = (rh_band_unit)unit;
    return RH_OK;
}
