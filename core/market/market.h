/* One state of the market: the last quote of every instrument, the spot and vol of every asset.
 * A run holds two, what *is* and what is *known*; they share the universe and nothing else, so that
 * look-ahead is impossible by construction. */
#ifndef RH_MARKET_MARKET_H
#define RH_MARKET_MARKET_H

#include "data/tape.h"
#include "market/universe.h"

typedef struct rh_quote {
    double mid;        /* 0: nothing seen yet */
    double bid, ask;   /* 0: no two-sided quote seen */
    double bar_volume; /* of the last completed bar, asset units */
    double last_size;
    int64_t updated_ns; /* happened time of the newest record */
    uint64_t bars;      /* completed bars seen: depth refreshes with it */
} rh_quote;

typedef struct rh_market {
    const rh_universe *universe;
    rh_quote quotes[RH_INSTRUMENTS_MAX];
    double spot[RH_ASSETS_MAX];         /* 0: nothing seen yet */
    double funding[RH_INSTRUMENTS_MAX]; /* rate of the newest FUNDING record */
    int64_t spot_ns[RH_ASSETS_MAX];     /* happened time of the newest spot */
    rh_vol_tracker mark[RH_ASSETS_MAX], hedge[RH_ASSETS_MAX];
    uint64_t vol_version; /* counts changes of any vol */
    int moves[RH_INSTRUMENTS_MAX]; /* the asset whose spot its price is; -1: none */
} rh_market;

rh_status rh_market_init(rh_market *market, const rh_universe *universe, rh_error *error);
void rh_market_free(rh_market *market);
/* Nothing has been seen yet. */
void rh_market_rewind(rh_market *market);
void rh_market_apply(rh_market *market, const rh_record *record);

/* The mid of an instrument: its own feed's, else its asset's spot; 0 when nothing was seen. */
static inline double rh_market_mid(const rh_market *market, int instrument)
{
    const rh_instrument *i = &market->universe->instruments[instrument];
    return i->has_feed ? market->quotes[instrument].mid : market->spot[i->asset];
}
/* The quote that stands for an instrument: its own, or its asset's primary feed's. */
const rh_quote *rh_market_quote(const rh_market *market, int instrument);
/* Volatility of an option: its own, else the asset's mark or hedge vol. */
double rh_market_vol(const rh_market *market, int instrument, bool hedge);
/* Numeraire per unit of a currency. */
double rh_market_fx(const rh_market *market, int currency);

#endif
