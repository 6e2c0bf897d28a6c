/* Price and costs of what the book venue fills, inline for who trades at every step of a path.
 * Invariant: costs plus mid explain the price exactly: qty (u(price) - u(mid)) = spread + depth. */
#ifndef RH_EXECUTION_VENUE_FILL_H
#define RH_EXECUTION_VENUE_FILL_H

#include "execution/venue.h"

static inline double rh_venue_unit_value(bool inverse, double price)
{
    return inverse ? -1.0 / price : price;
}

/* `half` of the spread; a maker's price is its own limit. */
static inline void rh_venue_fill(const rh_venue *venue, const rh_instrument *i, double mid,
                                 double half, double qty, double price, bool maker, rh_match *out)
{
    double side = qty > 0.0 ? 1.0 : -1.0;
    double touch = maker ? price : mid + side * half;
    double at_touch = rh_venue_unit_value(i->inverse, touch);
    out->qty = qty;
    out->price = price;
    out->spread = qty * (at_touch - rh_venue_unit_value(i->inverse, mid));
    out->depth = maker ? 0.0 : qty * (rh_venue_unit_value(i->inverse, price) - at_touch);
    double notional = fabs(qty) * (i->inverse ? 1.0 / price : price);
    out->fee = notional * (maker ? venue->maker_bps : venue->taker_bps) * 1e-4;
}

/* A market order that is filled whole: see rh_venue_is_whole. */
static inline void rh_venue_fill_whole(const rh_venue *venue, const rh_instrument *i, double mid,
                                       double half, double qty, rh_match *out)
{
    rh_venue_fill(venue, i, mid, half, qty, mid + (qty > 0.0 ? half : -half), false, out);
}

static inline double rh_venue_half_spread(const rh_venue *venue, double mid)
{
    return mid * venue->spread_bps * 0.5e-4;
}

#endif
