/* The proportional venue of the literature: every order fills whole at the mid, for a fixed part of
 * its notional, the fee. Invariant: the cost of a run is `cost` times its turnover, waived trades
 * apart. It is the book venue without spread, depth and latency, which matches for it. */
#include "execution/venue_models.h"

const char *const rh_venue_proportional_keys[] = {"kind", "cost", "first_trade_free",
                                                  "last_trade_free", NULL};

rh_status rh_venue_proportional_configure(rh_json at, rh_venue *venue, rh_error *error)
{
    double cost = 0.0;
    RH_TRY(rh_json_number(at, "cost", RH_REQUIRED, 0.0, 1.0, &cost, error));
    venue->taker_bps = venue->maker_bps = cost * 1e4;
    return RH_OK;
}
