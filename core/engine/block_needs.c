/* Which scenarios can be walked in blocks, from what is read before anything runs. Must not judge
 * what only a path shows: that is given up on the way. */
#include <string.h>

#include "engine/block.h"

static const char *market_lacks(const rh_run *run)
{
    const rh_universe *u = run->universe;
    const rh_asset *asset = &u->assets[0];
    if (u->asset_count != 1) return "more than one asset";
    if (asset->coin == u->numeraire) return "a numeraire that is the asset";
    if (asset->mark_vol.kind != RH_VOL_FLAT || !(asset->mark_vol.sigma > 0.0))
        return "a mark vol that is not flat";
    if (!asset->hedge_is_mark &&
        (asset->hedge_vol.kind != RH_VOL_FLAT || !(asset->hedge_vol.sigma > 0.0)))
        return "a hedge vol that is not flat";
    if (!run->feed->prices) return "feeds besides one generator";
    return NULL;
}

static const char *instruments_lack(const rh_run *run)
{
    const rh_universe *u = run->universe;
    for (int i = 0; i < u->instrument_count; i++) {
        const rh_instrument *instrument = &u->instruments[i];
        bool option = instrument->kind == RH_INSTRUMENT_OPTION;
        if (instrument->settle != u->numeraire || instrument->inverse)
            return "an instrument that settles in another currency than the numeraire";
        if (!option && instrument->expiry_ns < INT64_MAX) return "a future";
        if (option && instrument->underlying >= 0) return "an option on another instrument";
        if (instrument->has_feed && u->assets[0].primary != i)
            return "an instrument with a feed of its own";
    }
    return NULL;
}

static const char *book_lacks(const rh_run *run)
{
    const rh_scenario *s = run->scenario;
    if (s->trade_count == 0) return "an empty portfolio";
    for (size_t t = 0; t < s->trade_count; t++) {
        bool option = run->universe->instruments[s->trades[t].instrument].kind ==
                      RH_INSTRUMENT_OPTION;
        if (s->trades[t].time_ns != s->from_ns) return "client trades after the start";
        if (!option) return "a portfolio entry that is no option";
    }
    for (int c = 0; c < run->universe->currency_count; c++)
        if (fabs(s->collateral[c]) > 0.0) return "opening collateral";
    if (s->unwind_at_expiry) return "\"unwind_at_expiry\"";
    return NULL;
}

static const char *venue_lacks(const rh_run *run)
{
    const rh_scenario *s = run->scenario;
    if (s->hedge_count != 1) return "no hedge instrument, or several";
    if (run->universe->instruments[s->hedges[0]].kind == RH_INSTRUMENT_OPTION)
        return "an option as hedge";
    const rh_venue *venue = &run->venues[run->universe->instruments[s->hedges[0]].venue];
    if (venue->latency_ns > 0 || venue->report_ns > 0) return "latency";
    if (venue->depth_share > 0.0) return "limited depth";
    if (s->compute_ns_per_gas > 0.0) return "\"compute_ns_per_gas\"";
    return NULL;
}

static const char *policy_lacks(const rh_run *run)
{
    if (run->scenario->swap_count > 0) return "swaps";
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = run->slot.part[p].policy;
        if (!policy) continue;
        if (policy->feature_count > 0) return "a policy with features";
        if (policy->told != 0) return "a policy with callbacks";
        if (!policy->methods->restart) return "a policy that cannot be restarted";
    }
    return NULL;
}

const char *rh_block_lacks(const rh_run *run)
{
    const char *(*const asked[])(const rh_run *) = {market_lacks, instruments_lack, book_lacks,
                                                    venue_lacks, policy_lacks};
    const char *lacks = NULL;
    for (size_t k = 0; !lacks && k < sizeof asked / sizeof *asked; k++) lacks = asked[k](run);
    return lacks;
}
