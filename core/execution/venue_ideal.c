/* The ideal venue: the mid, whole, at once, free. For laws and for telling policy from friction.
 * A limit worse than the mid still holds: such an order waits. */
#include "execution/venue_models.h"

const char *const rh_venue_ideal_keys[] = {"kind", NULL};

rh_status rh_venue_ideal_configure(rh_json at, rh_venue *venue, rh_error *error)
{
    (void)at;
    (void)venue;
    (void)error;
    return RH_OK;
}

void rh_venue_ideal_match(const rh_venue *venue, const rh_venue_state *now,
                          const rh_order *order, double qty, rh_match *out)
{
    (void)venue;
    double mid = now->mid;
    bool beyond = order->limit > 0.0 && (qty > 0.0 ? mid > order->limit : mid < order->limit);
    out->rest_waits = order->is_limit;
    if (beyond) return;
    out->qty = qty;
    out->price = mid;
}
