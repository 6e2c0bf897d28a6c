/* Trade back when net delta leaves a band around zero: the event baseline of every hedging study.
 * The half width is in units of the asset, of the quote currency, or in percent of the book's gross
 * delta. Decides bit for bit as scripts/delta_band.lua. */
#include "policy/native.h"

#include <math.h>
#include <string.h>

enum { BAND, TO, UNIT, PARAMS };

static const rh_param_spec specs[PARAMS] = {
    {.name = "band", .type = RH_PARAM_NUMBER, .default_value = {.number = 0.05}, .min = 0,
     .max = (double)INFINITY, .about = "half width of the no-trade band, in `unit`"},
    {.name = "to", .type = RH_PARAM_TEXT, .default_value = {.text = "edge"}, .word_count = 2,
     .words = {"edge", "centre"}, .about = "where a breach is traded to"},
    {.name = "unit", .type = RH_PARAM_TEXT, .default_value = {.text = "asset"}, .word_count = 3,
     .words = {"asset", "quote", "percent"}, .about = "unit of band; percent of the gross delta"},
};

static rh_status trigger(rh_policy *policy, const rh_view *view, const double *features,
                         rh_decision *decision, rh_kill_kind *killed_by, rh_error *error)
{
    (void)features, (void)killed_by, (void)error;
    double half = policy->params.value[BAND].number;
    if (policy->wake.delta_unit == RH_BAND_QUOTE)
        half = half / rh_view_number(view, RH_VIEW_SPOT);
    else if (policy->wake.delta_unit == RH_BAND_PERCENT)
        half = half / 100 * rh_view_number(view, RH_VIEW_GROSS_DELTA);
    double delta = rh_view_number(view, RH_VIEW_DELTA);
    *decision = (rh_decision){.fire = delta > half || delta < -half, .lo = -half, .hi = half};
    return RH_OK;
}

static rh_status scale(rh_policy *policy, const rh_view *view, const double *features, double lo,
                       double hi, rh_order_request *orders, size_t *count, rh_kill_kind *killed_by,
                       rh_error *error)
{
    (void)features, (void)killed_by, (void)error;
    double delta = rh_view_number(view, RH_VIEW_DELTA);
    bool to_centre = strcmp(policy->params.value[TO].text, "centre") == 0;
    double qty = to_centre ? rh_to_centre(delta, lo, hi) : rh_to_edge(delta, lo, hi);
    *count = rh_native_order(qty, orders);
    return RH_OK;
}

static const rh_policy_methods methods = {trigger, scale, rh_native_save_state,
                                          rh_native_load_state, rh_native_free, NULL,
                                          rh_native_restart, NULL};

rh_status rh_native_delta_band_create(rh_json params, rh_policy **policy, rh_error *error)
{
    RH_TRY(rh_native_new(sizeof **policy, "delta_band",
                         "Trade back to the band when net delta leaves it.", &methods, specs,
                         PARAMS, params, policy, error));
    rh_wake *wake = &(*policy)->wake;
    wake->delta_beyond = (*policy)->params.value[BAND].number;
    for (int unit = 0; rh_band_unit_words[unit] != NULL; unit++)
        if (strcmp(rh_band_unit_words[unit], (*policy)->params.value[UNIT].text) == 0)
            wake->delta_unit = (rh_band_unit)unit;
    return RH_OK;
}
