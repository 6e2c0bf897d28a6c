/* The answers of claims in closed form: all NaN with a flag, or none. Must not know a claim.
 * Invariant: a greek is NaN only with RH_GREEKS_NAN or RH_GREEKS_DOMAIN. */
#ifndef RH_PRICING_CLAIM_H
#define RH_PRICING_CLAIM_H

#include <assert.h>
#include <math.h>
#include <string.h>

#include "rehedge/pricing.h"

static inline unsigned rh_claim_refuse(unsigned flags, rh_greeks_full *out)
{
    double nan = (double)NAN;
#define X(name) .name = nan,
    *out = (rh_greeks_full){RH_GREEK_MAP(X)};
#undef X
    return flags;
}

/* Where a greek was inf - inf or 0 * inf, what it is made of has left double: RH_GREEKS_DOMAIN. */
static inline unsigned rh_claim_answer(unsigned flags, rh_greeks_full *out)
{
    double all[RH_GREEKS];
    static_assert(sizeof all == sizeof *out, "doubles in the order of rh_greek");
    memcpy(all, out, sizeof all);
    for (int i = 0; i < RH_GREEKS; i++)
        if (isnan(all[i])) return rh_claim_refuse(RH_GREEKS_DOMAIN, out);
    return flags;
}

#endif
