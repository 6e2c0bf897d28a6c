/* Where orders are matched. A venue model is a row of rh_venue_models: it reads its own keys and
 * says what an order of some size would do *now*, at what price and cost; the engine decides when
 * "now" is (latency) and books the result. Matching reads what *is*; estimates read what is known.
 */
#ifndef RH_EXECUTION_VENUE_H
#define RH_EXECUTION_VENUE_H

#include "data/json.h"
#include "execution/order.h"
#include "market/market.h"

typedef struct rh_venue rh_venue;

typedef struct rh_match {
    double qty;           /* filled now, instrument units, signed; 0: nothing */
    double price;         /* average */
    double spread, depth; /* costs, settlement currency, positive = lost */
    double fee;
    bool rest_waits; /* what is left keeps working; else it is cancelled */
} rh_match;

typedef struct rh_venue_state { /* what an order meets */
    const rh_market *market;
    int64_t time_ns;
    double mid;  /* of the order's instrument, > 0 */
    double used; /* by own orders since the last refill: asset units, on this side */
} rh_venue_state;

/* A trade that is waived (first_trade_free, last_trade_free) is matched by the ideal venue.
 * The models, and how each is known to lie:
 * ideal: every order fills whole at the mid, at once, for nothing. Nobody trades there.
 * book:  a spread around the mid, levels of depth behind it that hold a share of the last completed
 *        bar's volume and refill with each bar, a fee on notional, a latency each way. The book is
 *        symmetric and refills at once, our orders leave no lasting mark, and a resting order fills
 *        whole as soon as the other side touches it (no queue). Options trade in any size around
 *        their model price, which no seller ever quoted.
 * proportional: the mid, whole, at once, for a fixed part of the notional: what the literature
 *        on transaction costs assumes. A large order costs no more than many small ones. */
typedef struct rh_venue_model {
    const char *name, *about;
    const char *const *keys;
    rh_status (*configure)(rh_json at, rh_venue *venue, rh_error *error);
    /* Match up to `qty` of an order against what is there; changes nothing. */
    void (*match)(const rh_venue *venue, const rh_venue_state *now, const rh_order *order,
                  double qty, rh_match *out);
} rh_venue_model;
extern const rh_venue_model rh_venue_models[];

struct rh_venue {
    char name[RH_NAME_MAX];
    const rh_venue_model *model;
    int64_t latency_ns, report_ns; /* to the venue, and of its reports on the way back */
    double spread_bps;             /* bid to ask; negative: from the feed's own quotes */
    double spread_vol;             /* options: the same in vol, 0.01 is a vol point; added to it */
    double taker_bps, maker_bps;
    bool fee_on_underlying; /* options: fees are on the price of the underlying, not the premium */
    double fee_cap;         /* options: the largest fee, as a share of the premium; 0: none */
    double depth_share; /* of the last bar's volume, per level; 0: unlimited depth */
    double level_bps;   /* distance between levels */
    int levels;
    bool first_trade_free, last_trade_free; /* orders that arrive at these ends of the clock */
    int64_t first_ns, last_ns;              /* of the clock, told by the scenario */
    /* what own orders have taken since the last completed bar, per instrument and side */
    double used[2][RH_INSTRUMENTS_MAX];
    uint64_t used_bars[RH_INSTRUMENTS_MAX];
};

/* "venues" of a scenario, in order. */
rh_status rh_venue_read(const char *name, rh_json at, rh_venue *venue, rh_error *error);
/* No order has used any depth yet, of the first `instruments`. */
void rh_venue_rewind(rh_venue *venue, int instruments);
bool rh_venue_waives(const rh_venue *venue, int64_t arrives_ns);
/* Whether, not waived, it fills any market order of an instrument that is no option whole, at a
 * price that follows from the mid alone: that of rh_venue_fill_whole in venue_fill.h. */
bool rh_venue_is_whole(const rh_venue *venue);
/* What would happen at time_ns; changes nothing. */
void rh_venue_quote(const rh_venue *venue, const rh_market *market, int64_t time_ns,
                    const rh_order *order, double qty, rh_match *out);
/* The same, and the depth is used up. */
void rh_venue_match(rh_venue *venue, const rh_market *market, int64_t time_ns,
                    const rh_order *order, rh_match *out);

#endif
