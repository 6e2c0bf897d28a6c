/* From a scenario to the problem of the optimum, and from studies to prices. Solves nothing itself:
 * optimum.c does. */
#include "study/held_against.h"

#include <math.h>

#include "engine/textbook.h"
#include "study/optimum.h"

rh_status rh_optimum_of(const rh_run_request *request, double risk_aversion, rh_optimum_facts *out,
                        rh_error *error)
{
    rh_textbook book;
    rh_optimum optimum;
    rh_run_request scenario = *request;
    scenario.policy = "native:none";
    if (isnan(risk_aversion)) {
        return rh_fail(error, RH_USAGE, "the optimum needs --risk-aversion, or the variable "
                       "risk_aversion of the scenario");
    }
    if (rh_textbook_of(&scenario, &book, error) != RH_OK)
        return rh_fail_in(error, "%s has no optimum to be held against", request->scenario_path);
    if (book.steps > RH_OPTIMUM_STEPS_MAX) {
        return rh_fail(error, RH_INPUT, "%s has no optimum to be held against: found %lld steps, "
                       "expected at most %d", request->scenario_path, (long long)book.steps,
                       RH_OPTIMUM_STEPS_MAX);
    }
    const rh_optimum_problem problem = {
        .spot = book.spot, .strike = book.strike, .is_call = book.is_call, .qty = book.qty,
        .expiry_years = book.expiry_years, .steps = (int)book.steps, .vol = book.vol,
        .drift = book.drift, .rate = book.rate, .cost = book.cost,
        .risk_aversion = risk_aversion};
    RH_TRY(rh_optimum_solve(&problem, &optimum, error));
    *out = (rh_optimum_facts){.price = optimum.price, .risk_aversion = risk_aversion};
    rh_optimum_band(&optimum, 0, book.spot, &out->band_lo, &out->band_hi);
    rh_optimum_free(&optimum);
    return RH_OK;
}

rh_estimate rh_reservation_price(const rh_contestant *contestant)
{
    double a = contestant->result.risk_aversion;
    if (contestant->status != RH_OK) return (rh_estimate){(double)NAN, (double)NAN};
    return rh_entropic_price(&contestant->result.sums.without_premium, a);
}
