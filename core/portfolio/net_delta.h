/* The book's net delta at every event: one batch over the options of an asset, reused by both
 * position states and by the mark and the hedge vol as long as price, time and vol are the same.
 * A small book fills the vectors with the states to come as well, which are only ever looked up.
 * Allocates nothing after init. See DESIGN "Money and conventions" for what delta means. */
#ifndef RH_PORTFOLIO_NET_DELTA_H
#define RH_PORTFOLIO_NET_DELTA_H

#include "market/market.h"
#include "portfolio/positions.h"

#define RH_EXPIRIES_MAX 256

typedef struct rh_option_deltas { /* per unit deltas at one (spot, time, vol) */
    double spot, sigma;
    int64_t time_ns;
    const double *delta; /* of option n at n * stride: in net->deltas or net->ahead */
    int stride;
    bool valid;
    bool summed[2]; /* sum[k]: weighted with the quantities of set k */
    double sum[2];
} rh_option_deltas;

typedef struct rh_net_other { /* held, and no option */
    double qty;
    int instrument;
    bool plain; /* the delta of a unit of it is 1 */
} rh_net_other;

/* What net delta needs of one position state, gathered anew only when its quantities changed. */
typedef struct rh_net_held {
    const rh_positions *of; /* NULL: not gathered */
    uint64_t version;
    int set; /* of qty: the two states have the same one while they hold the same options */
    int other_count;
    double unsettled[RH_CURRENCIES_MAX]; /* of net->currency */
    rh_net_other other[RH_INSTRUMENTS_MAX];
    double qty[RH_INSTRUMENTS_MAX]; /* of the live options */
} rh_net_held;

#define RH_AHEAD_STATES 8 /* computed at once */
#define RH_AHEAD_BOOK 8   /* options of the largest book for which they are */
#define RH_AHEAD_CONTRACTS (RH_AHEAD_STATES * RH_AHEAD_BOOK)
static_assert(RH_AHEAD_CONTRACTS <= RH_INSTRUMENTS_MAX, "the inputs of the batch have room");
static_assert(RH_AHEAD_CONTRACTS <= RH_EXPIRIES_MAX, "the terms of the expiries have room");

/* The deltas of one state and of those that follow it, computed together. */
typedef struct rh_net_ahead {
    rh_option_deltas state[RH_AHEAD_STATES];
    int count, at; /* states; the one that is now */
    double log_strike[RH_AHEAD_CONTRACTS], log_strike_lo[RH_AHEAD_CONTRACTS];
    double delta[RH_AHEAD_CONTRACTS];
} rh_net_ahead;

typedef struct rh_net_delta {
    const rh_universe *universe;
    int asset;
    bool in_coin; /* the numeraire is the asset: delta = S dE/dS */
    bool hedge_is_mark;
    bool hedge_collateral;
    int count;                      /* live options of the asset */
    int option[RH_INSTRUMENTS_MAX]; /* their instruments */
    int expiry_of[RH_INSTRUMENTS_MAX];
    int64_t expiry_ns[RH_EXPIRIES_MAX];
    int expiry_count;
    double own_vol[RH_INSTRUMENTS_MAX], own_inverse[RH_INSTRUMENTS_MAX]; /* 0: the asset's */
    double strike[RH_INSTRUMENTS_MAX], sign[RH_INSTRUMENTS_MAX];
    bool inverse[RH_INSTRUMENTS_MAX]; /* in coin: the delta is F dc/dF, by N(d2) */
    bool slow[RH_INSTRUMENTS_MAX]; /* valued one by one: own underlying, quote-settled in coin */
    bool any_slow;
    bool any_inverse;
    bool flat;                        /* no rate, no yield */
    bool margined[RH_CURRENCIES_MAX]; /* perps or futures settle in it: it may hold basis */
    int currency[RH_CURRENCIES_MAX], currency_count; /* whose amounts have a delta to the asset */
    int other[RH_INSTRUMENTS_MAX], other_count; /* the asset's other instruments */
    /* What rh_delta_batch wants: of the contracts, and of the contracts in some states. */
    double log_strike[RH_INSTRUMENTS_MAX], log_strike_lo[RH_INSTRUMENTS_MAX];
    double half_sign[RH_INSTRUMENTS_MAX]; /* half of sign; with N(d2) the other way */
    double drift[RH_INSTRUMENTS_MAX], slope[RH_INSTRUMENTS_MAX], shift[RH_INSTRUMENTS_MAX];
    double scale[RH_INSTRUMENTS_MAX], weighted[RH_INSTRUMENTS_MAX];
    rh_net_held held[2]; /* the filled and the reported state */
    rh_option_deltas cache[2];
    double deltas[2][RH_INSTRUMENTS_MAX];
    int newest;
    bool foresees; /* the book is small enough for rh_net_delta_ahead */
    rh_net_ahead ahead;
} rh_net_delta;

/* Rebuild the list of live options (positions changed: entry, settlement, client trade). */
void rh_net_delta_init(rh_net_delta *net, const rh_universe *universe, int asset,
                       bool hedge_collateral);
rh_status rh_net_delta_rebuild(rh_net_delta *net, const rh_positions *filled,
                               const rh_positions *reported, rh_error *error);
/* Optional, before the deltas of a new state at the mark vol are asked for: the records next .. end
 * say what is likely to come. Changes no result, only its cost. */
void rh_net_delta_ahead(rh_net_delta *net, const rh_market *market, int64_t time_ns,
                        const rh_record *next, const rh_record *end);
/* What the deltas of a book that can be foreseen need besides the spot, in some states at `sigma`,
 * which leave drift, slope, shift and scale of option n in state k at n * RH_AHEAD_STATES + k. No
 * option may be inverse; what is said of one that is valued one by one means nothing. */
void rh_net_delta_inputs(rh_net_delta *net, const int64_t time_ns[RH_AHEAD_STATES], double sigma);
/* Net delta of `positions`, asset units, at the mark or the hedge vol. */
double rh_net_delta_of(rh_net_delta *net, const rh_positions *positions, const rh_market *market,
                       int64_t time_ns, bool hedge_vol);
/* The same with every option's hedge vol times vol_scale > 0: for hedging at another vol (Leland,
 * Zakamouline). At 1 it is the net delta, bit by bit. */
double rh_net_delta_at(rh_net_delta *net, const rh_positions *positions, const rh_market *market,
                       int64_t time_ns, double vol_scale);
/* Sum of |position delta| over the book layer. */
double rh_gross_delta_of(rh_net_delta *net, const rh_positions *positions, const rh_market *market,
                         int64_t time_ns, bool hedge_vol);
/* Spot-equivalent hedge position; options among the hedges by their delta at the hedge vol. */
double rh_hedge_position_of(const rh_net_delta *net, const rh_positions *positions,
                            const rh_market *market, int64_t time_ns);
/* Net of the other greeks at the hedge vol, computed on demand. */
typedef struct rh_net_greeks {
    double gamma, vega, theta, iv;
} rh_net_greeks;
void rh_net_greeks_of(const rh_net_delta *net, const rh_positions *positions,
                      const rh_market *market, int64_t time_ns, rh_net_greeks *out);
/* The same of one unit of an instrument; iv is an option's hedge vol, and 0 of anything else. */
void rh_net_unit_greeks(const rh_net_delta *net, const rh_market *market, int instrument,
                        int64_t time_ns, rh_net_greeks *out);

#endif
