/* What a policy may see: numbers as *known* and positions as *reported* at this moment.
 * The engine fills the eager fields before a call and answers the others through `ops`; a policy
 * never holds a pointer past its call. One X-macro names every field for C, Lua and documents. */
#ifndef RH_POLICY_VIEW_H
#define RH_POLICY_VIEW_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* X(NAME, lua name, unit, about). `time` (int64 ns) is apart: it is no double. */
#define RH_VIEW_FIELD_MAP(X)                                                                     \
    X(SPOT, "spot", "numeraire per unit", "known spot price of the asset")                       \
    X(DELTA, "delta", "asset", "net delta at the hedge vol: reported fills and unfilled orders") \
    X(DELTA_FILLED, "delta_filled", "asset", "net delta without the unfilled orders")            \
    X(GROSS_DELTA, "gross_delta", "asset", "sum of |delta| over the book's own positions")       \
    X(GAMMA, "gamma", "asset per 1.00 of price",                                                 \
      "net gamma at the hedge vol, with unfilled orders of options")                             \
    X(VEGA, "vega", "numeraire per 1.00 of vol",                                                 \
      "net vega at the hedge vol, with unfilled orders of options")                              \
    X(THETA, "theta", "numeraire per year",                                                      \
      "net theta at the hedge vol, with unfilled orders of options")                             \
    X(IV, "iv", "fraction per sqrt(year)",                                                       \
      "hedge vol, weighted by |vega|; the asset's without options")                              \
    X(POSITION, "position", "asset",                                                             \
      "reported position in the hedge instruments, spot-equivalent; options by their delta")     \
    X(PENDING, "pending", "asset", "unfilled remainders of live orders, spot-equivalent")        \
    X(CASH, "cash", "numeraire", "reported cash of all currencies, in the numeraire")            \
    X(AGE, "age", "seconds", "age of the newest known market record of the asset")               \
    X(SINCE_HEDGE, "since_hedge", "seconds",                                                     \
      "time since the last order; since the start without one")                                  \
    X(EXPIRY_IN, "expiry_in", "seconds",                                                         \
      "time to the next expiry in the book; huge without one")                                   \
    X(ORACLE, "oracle", "numeraire per unit",                                                    \
      "known oracle price; spot where there is no oracle")                                       \
    X(ORACLE_AGE, "oracle_age", "seconds",                                                       \
      "age of the oracle price; that of the market without an oracle")                           \
    X(BASE_FEE, "base_fee", "gwei", "known base fee of the chain; 0 without a chain")

typedef enum rh_view_field {
#define X(name, lua_name, unit, about) RH_VIEW_##name,
    RH_VIEW_FIELD_MAP(X)
#undef X
    RH_VIEW_FIELDS
} rh_view_field;

/* What a policy may see of one hedge instrument. A unit is one of an order's qty: a contract of an
 * option, else a spot-equivalent unit of the asset. X(NAME, lua name, unit, about) */
#define RH_HEDGE_FIELD_MAP(X)                                                                    \
    X(MID, "mid", "settlement currency",                                                         \
      "known price it trades around: an option's is at the mark vol; 0: none yet")               \
    X(DELTA, "delta", "asset", "spot-equivalent delta of one unit at the hedge vol")             \
    X(GAMMA, "gamma", "asset per 1.00 of price", "gamma of one unit at the hedge vol")           \
    X(VEGA, "vega", "numeraire per 1.00 of vol", "vega of one unit at the hedge vol")            \
    X(THETA, "theta", "numeraire per year", "theta of one unit at the hedge vol")                \
    X(IV, "iv", "fraction per sqrt(year)", "hedge vol of an option; 0 of anything else")         \
    X(POSITION, "position", "units", "reported position as a hedge")                             \
    X(PENDING, "pending", "units", "unfilled remainders of live orders")                         \
    X(LOT, "lot", "units", "smallest quantity; 0 without lots")                                  \
    X(EXPIRY_IN, "expiry_in", "seconds", "time to its expiry; huge without one")

typedef enum rh_hedge_field {
#define X(name, lua_name, unit, about) RH_HEDGE_##name,
    RH_HEDGE_FIELD_MAP(X)
#undef X
    RH_HEDGE_FIELDS
} rh_hedge_field;
extern const char *const rh_hedge_field_names[]; /* NULL-terminated */

typedef struct rh_view rh_view;

typedef struct rh_live_order {
    uint32_t order;             /* its id */
    const char *instrument;
    double qty, remaining;      /* spot-equivalent asset units, or contracts of an option, signed;
                                   remaining as reported */
    double limit;               /* 0: a market order */
    bool cancelling;            /* a cancel is under way */
} rh_live_order;

typedef struct rh_route_line {
    const char *instrument, *venue;
    double units;               /* the order it would make: instrument units, whole lots */
    double qty;                 /* what would fill at once, spot-equivalent */
    double mid, price, cost;    /* average price; cost in the numeraire, positive = lost */
} rh_route_line;

/* Those from asset_field on may be NULL where nothing answers them. */
typedef struct rh_view_ops {
    /* A field that is not eager, computed on demand. */
    double (*field)(void *host, rh_view_field field);
    /* Cost in the numeraire, positive, of trading qty (spot-equivalent asset units, or contracts of
     * an option, signed) of a hedge now (below 0: the default route), from what is known: spread,
     * depth, fee. */
    double (*cost)(void *host, int hedge, double qty);
    /* Replace delta_beyond until called again or swapped; lo <= hi, in asset units. */
    void (*wake_outside)(void *host, double lo, double hi);
    /* One-shot wake after duration_ns > 0. A new call replaces the pending one. */
    void (*wake_in)(void *host, int64_t duration_ns);
    /* The same field of one asset of the universe; those that have no asset are as above. */
    double (*asset_field)(void *host, int asset, rh_view_field field);
    /* The first live order at or after the cursor `at` (0 at the start), oldest first; the next
     * cursor, or -1 when there is none. Live as far as is reported. */
    int (*next_order)(void *host, int at, rh_live_order *order);
    bool (*is_live)(void *host, uint32_t order);
    /* What each hedge instrument but options would do for qty now, from what is known; their
     * number. */
    int (*route)(void *host, double qty, rh_route_line lines[RH_HEDGES_MAX]);
    double (*hedge_field)(void *host, int hedge, rh_hedge_field field);
    /* DELTA with the hedge vol of every option times vol_scale > 0. */
    double (*delta_at)(void *host, double vol_scale);
} rh_view_ops;

struct rh_view {
    int64_t time_ns;
    double eager[RH_VIEW_FIELDS];   /* valid where bit f of eager_mask is set */
    uint32_t eager_mask;
    const rh_view_ops *ops;
    void *host;
};
static_assert(RH_VIEW_FIELDS <= 32, "eager_mask has 32 bits");

static inline double rh_view_number(const rh_view *view, rh_view_field field)
{
    return (view->eager_mask >> field & 1u) ? view->eager[field]
                                            : view->ops->field(view->host, field);
}

const char *rh_view_field_name(rh_view_field field);    /* the Lua name */
const char *rh_view_field_unit(rh_view_field field);
const char *rh_view_field_about(rh_view_field field);

#endif
