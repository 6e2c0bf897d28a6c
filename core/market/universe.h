/* What can be traded and measured: currencies, assets, instruments. Fixed once a run has started.
 * Options are instruments like the others, so that positions, orders and settlement have one shape.
 * Must not hold prices (market.h) or positions (portfolio). */
#ifndef RH_MARKET_UNIVERSE_H
#define RH_MARKET_UNIVERSE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "data/json.h"
#include "market/vol.h"

/* How an amount of a currency becomes numeraire, given one asset's spot price S. */
typedef enum rh_conversion {
    RH_CONVERT_NONE,  /* it is the numeraire */
    RH_CONVERT_TIMES, /* coin of an asset quoted in the numeraire: amount x S */
    RH_CONVERT_OVER   /* quote currency, the asset itself being the numeraire: amount / S */
} rh_conversion;

typedef struct rh_currency {
    char name[RH_NAME_MAX];
    double rate; /* continuously compounded, per year; what cash in it earns */
    rh_conversion conversion;
    int asset; /* whose spot converts it; -1 for the numeraire */
} rh_currency;

typedef struct rh_asset {
    char name[RH_NAME_MAX];
    double rate;  /* of the quote currency, per year */
    double yield; /* of the asset itself (dividend, staking), per year */
    int quote;    /* currency of its price */
    int coin;     /* the asset as a currency */
    int primary;  /* instrument whose feed is the spot price; -1: no feed */
    rh_vol_spec mark_vol, hedge_vol;
    bool hedge_is_mark; /* "hedge": "mark" */
} rh_asset;

typedef enum rh_instrument_kind {
    RH_INSTRUMENT_SPOT,
    RH_INSTRUMENT_PERP,
    RH_INSTRUMENT_FUTURE,
    RH_INSTRUMENT_OPTION
} rh_instrument_kind;
extern const char *const rh_instrument_kind_words[];

typedef struct rh_instrument {
    char name[RH_NAME_MAX];
    rh_instrument_kind kind;
    int asset;
    int settle;        /* currency of its cash flows */
    bool inverse;      /* settle is the asset: coin-settled; qty of perps and futures in USD */
    bool has_feed;     /* otherwise its price is its asset's spot */
    int venue;         /* -1: not tradable by a policy */
    double lot;        /* 0: none */
    int64_t expiry_ns; /* INT64_MAX: none */
    /* options; the log contract is neither call nor put: it pays ln(strike / S) */
    bool is_call, is_log;
    double strike;
    int underlying; /* instrument the option is on; -1: the asset's spot */
    double own_vol; /* 0: the asset's */
} rh_instrument;

typedef struct rh_universe {
    rh_currency currencies[RH_CURRENCIES_MAX];
    rh_asset assets[RH_ASSETS_MAX];
    rh_instrument instruments[RH_INSTRUMENTS_MAX];
    int currency_count, asset_count, instrument_count;
    int numeraire;
} rh_universe;

extern const char *const rh_option_words[]; /* "call", "put", "log", NULL */
void rh_option_set_word(rh_instrument *option, int word); /* its index */
const char *rh_option_word(const rh_instrument *option);

int rh_universe_asset(const rh_universe *universe, const char *name); /* index or -1 */
int rh_universe_instrument(const rh_universe *universe, const char *name);
int rh_universe_currency(rh_universe *universe, const char *name); /* added when new; -1: full */

/* "assets" of a scenario. The numeraire must have been added already. */
rh_status rh_universe_add_assets(rh_universe *universe, rh_json assets, rh_error *error);
/* "instruments" of a scenario; `venue` resolves a venue name (-1: unknown); from_ns is the clock's
 * start. Options among them have a venue, which those of the portfolio alone have not. */
rh_status rh_universe_add_instruments(rh_universe *universe, rh_json instruments, int64_t from_ns,
                                      int (*venue)(void *context, const char *name), void *context,
                                      rh_error *error);
/* A portfolio entry {"option": "call"|"put"|"log", asset, strike, expiry or expiry_years, settle,
 * underlying, vol}: finds the same contract or adds it; from_ns is the clock's start. A row of
 * "instruments" with these terms is this contract; with another vol or underlying it is refused. */
rh_status rh_universe_add_option(rh_universe *universe, rh_json entry, int64_t from_ns, int *index,
                                 rh_error *error);
/* The same from values; name made from them. Refuses when the universe is full. */
rh_status rh_universe_put_option(rh_universe *universe, const rh_instrument *option, int *index,
                                 rh_error *error);
/* Rates and conversions of every currency, once all are known; refuses what cannot be converted. */
rh_status rh_universe_close(rh_universe *universe, rh_error *error);
/* rh_json_fail with the nearest asset / instrument name. */
rh_status rh_universe_unknown(const rh_universe *universe, rh_json at, const char *name,
                              bool instrument, rh_error *error);

#endif
