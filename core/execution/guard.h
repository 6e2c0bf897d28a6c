/* Guards: limits in C that no script can pass. They read what is known, return a verdict, and never
 * change an order. Each is a row of a table with its scenario key. */
#ifndef RH_EXECUTION_GUARD_H
#define RH_EXECUTION_GUARD_H

#include "data/json.h"
#include "execution/order.h"
#include "market/market.h"

/* X(NAME, key, about): a value of 0 or an absent key means no such guard. */
#define RH_GUARD_MAP(X)                                                                            \
    X(ORDER_QTY, "max_order_qty", "largest order, spot-equivalent asset units (options: delta)")   \
    X(ORDER_NOTIONAL, "max_order_notional", "largest order, numeraire (options: premium)")         \
    X(POSITION, "max_position_qty", "largest hedge position after the order, asset units")         \
    X(OPTION, "max_option_qty", "largest position in one option after the order, contracts")       \
    X(RATE, "max_orders_per_minute", "orders in any 60 seconds")                                   \
    X(STALE, "stale_market_s", "no order when the newest known record is older, seconds")

typedef enum rh_guard_kind {
#define X(name, key, about) RH_GUARD_##name,
    RH_GUARD_MAP(X)
#undef X
        RH_GUARDS
} rh_guard_kind;

typedef struct rh_guards {
    double limit[RH_GUARDS]; /* 0: off */
    uint64_t hits[RH_GUARDS];
    int64_t recent_ns[8192]; /* decision times of the last orders, for the rate */
    int recent_first, recent_count;
} rh_guards;

const char *rh_guard_key(rh_guard_kind kind);
rh_status rh_guards_read(rh_json at, rh_guards *guards, rh_error *error);
void rh_guards_rewind(rh_guards *guards); /* nothing was counted yet */
/* What is asked about an order; a fill is one of it and of all live orders. */
typedef struct rh_guarded {
    double qty;      /* spot-equivalent; of an option its delta */
    double notional; /* numeraire */
    double position; /* the hedge position that fills would make, spot-equivalent */
    double option;   /* the position in the order's option that they would make; 0: it is none */
    int64_t market_age_ns;
} rh_guarded;
/* NULL verdict (-1) or the guard that refuses, counted. */
int rh_guards_check(rh_guards *guards, int64_t now_ns, const rh_guarded *order);

#endif
