/* Orders and their life. Every order ends in exactly one final state; transitions go through this
 * unit alone, which asserts that. The pool is fixed: nothing is allocated while a run goes on. */
#ifndef RH_EXECUTION_ORDER_H
#define RH_EXECUTION_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"

/* X(NAME, word, final) */
#define RH_ORDER_STATE_MAP(X)                                                                      \
    X(IN_FLIGHT, "in_flight", false) /* decided, not yet at the venue */                           \
    X(WORKING, "working", false)     /* at the venue, not wholly filled */                         \
    X(FILLED, "filled", true)                                                                      \
    X(CANCELLED, "cancelled", true)                                                                \
    X(REJECTED, "rejected", true) /* by a guard or the venue */                                    \
    X(EXPIRED, "expired", true)   /* the run or its instrument ended */                            \
    X(REVERTED, "reverted", true) /* a chain undid it */

typedef enum rh_order_state {
#define X(name, word, final) RH_ORDER_##name,
    RH_ORDER_STATE_MAP(X)
#undef X
        RH_ORDER_STATES
} rh_order_state;

const char *rh_order_state_word(rh_order_state state);
bool rh_order_state_final(rh_order_state state);

typedef struct rh_order {
    uint32_t id; /* from 1, in the order of decisions */
    rh_order_state state;
    bool live; /* the slot is taken: not final, or not yet wholly reported */
    int instrument;
    bool is_limit;
    double qty;                /* signed, instrument units */
    double remaining;          /* not filled, as the venue knows */
    double reported_remaining; /* not filled, as the policy knows; 0 once the end is reported */
    double limit;              /* worst price; 0: none. For market orders the slippage bound */
    double mid_decision;       /* known mid when decided */
    double qty_per_unit;       /* what a policy says for one unit: spot-equivalent delta when
                                  decided, or 1 contract of an option */
    int64_t arrives_ns;
    int pending_reports;
    bool cancel_requested;
    bool fresh; /* being matched for the first time: a limit may still take */
} rh_order;

typedef struct rh_orders {
    rh_order slots[RH_ORDERS_LIVE_MAX];
    uint32_t live[RH_ORDERS_LIVE_MAX]; /* slots in use, oldest first */
    uint32_t free[RH_ORDERS_LIVE_MAX];
    int live_count, free_count;
    uint32_t last_id;
    uint64_t ended[RH_ORDER_STATES]; /* how many ended in each final state */
} rh_orders;

void rh_orders_init(rh_orders *orders);
void rh_orders_rewind(rh_orders *orders); /* none is live, none has ever been */
/* A new order in flight; *slot its place. RH_LIMIT when the pool is full. */
rh_status rh_orders_new(rh_orders *orders, const rh_order *order, uint32_t *slot, rh_error *error);
/* An order that is refused before it leaves: it gets an id and its end, and takes no slot. */
void rh_orders_refuse(rh_orders *orders, rh_order *order);
/* It reached the venue. */
void rh_order_arrive(rh_order *order);
/* Part of it was filled: FILLED when nothing remains. */
void rh_order_fill(rh_orders *orders, uint32_t slot, double qty);
/* It ended otherwise. */
void rh_order_end(rh_orders *orders, uint32_t slot, rh_order_state final);
/* Give the slot back once the order is final and every report of it was delivered. */
void rh_orders_release(rh_orders *orders, uint32_t slot);

#endif
