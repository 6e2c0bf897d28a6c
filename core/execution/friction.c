/* The frictions of a venue: which it has, and the venue without some of them. Knows no orders.
 * Invariant: after rh_venue_remove_frictions(v, w) none of w is among rh_venue_frictions(v). */
#include "execution/friction.h"

const rh_friction_row rh_friction_rows[RH_FRICTIONS] = {
#define X(name, word, cost, about) {word, about, cost},
    RH_FRICTION_MAP(X)
#undef X
};

uint32_t rh_venue_frictions(const rh_venue *venue)
{
    uint32_t has = 0;
    if (venue->latency_ns > 0 || venue->report_ns > 0) has |= 1u << RH_FRICTION_LATENCY;
    bool spread = venue->spread_bps > 0.0 || venue->spread_bps < 0.0 || venue->spread_vol > 0.0;
    if (spread) has |= 1u << RH_FRICTION_SPREAD;
    if (venue->depth_share > 0.0) has |= 1u << RH_FRICTION_DEPTH;
    if (fabs(venue->taker_bps) > 0.0 || fabs(venue->maker_bps) > 0.0) has |= 1u << RH_FRICTION_FEE;
    return has;
}

void rh_venue_remove_frictions(rh_venue *venue, uint32_t without)
{
    if (without >> RH_FRICTION_LATENCY & 1u) venue->latency_ns = venue->report_ns = 0;
    if (without >> RH_FRICTION_SPREAD & 1u) venue->spread_bps = venue->spread_vol = 0.0;
    if (without >> RH_FRICTION_DEPTH & 1u) venue->depth_share = 0.0;
    if (without >> RH_FRICTION_FEE & 1u) venue->taker_bps = venue->maker_bps = 0.0;
}
