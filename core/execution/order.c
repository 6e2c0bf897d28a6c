/* The order pool and the state machine. Must not know venues or prices. Invariant: `live` lists the
 * used slots oldest first, and a final order never changes its state again. */
#include "execution/order.h"

#include <math.h>

static const char *const state_words[RH_ORDER_STATES] = {
#define X(name, word, final) word,
    RH_ORDER_STATE_MAP(X)
#undef X
};
static const bool state_final[RH_ORDER_STATES] = {
#define X(name, word, final) final,
    RH_ORDER_STATE_MAP(X)
#undef X
};

const char *rh_order_state_word(rh_order_state state)
{
    return (unsigned)state < RH_ORDER_STATES ? state_words[state] : "unknown";
}

bool rh_order_state_final(rh_order_state state)
{
    RH_ASSERT((unsigned)state < RH_ORDER_STATES);
    return state_final[state];
}

void rh_orders_init(rh_orders *orders)
{
    *orders = (rh_orders){.free_count = RH_ORDERS_LIVE_MAX};
    for (uint32_t i = 0; i < RH_ORDERS_LIVE_MAX; i++)
        orders->free[i] = RH_ORDERS_LIVE_MAX - 1 - i;
}

void rh_orders_rewind(rh_orders *orders)
{
    for (int k = 0; k < orders->live_count; k++) {
        orders->slots[orders->live[k]].live = false;
        orders->free[orders->free_count++] = orders->live[k];
    }
    orders->live_count = 0;
    orders->last_id = 0;
    for (int state = 0; state < RH_ORDER_STATES; state++) orders->ended[state] = 0;
}

rh_status rh_orders_new(rh_orders *orders, const rh_order *order, uint32_t *slot, rh_error *error)
{
    if (orders->free_count == 0) {
        return rh_fail(error, RH_LIMIT, "more than %d live orders", RH_ORDERS_LIVE_MAX);
    }
    *slot = orders->free[--orders->free_count];
    rh_order *made = &orders->slots[*slot];
    *made = *order;
    made->id = ++orders->last_id;
    made->state = RH_ORDER_IN_FLIGHT;
    made->live = true;
    made->remaining = made->reported_remaining = made->qty;
    orders->live[orders->live_count++] = *slot;
    return RH_OK;
}

void rh_orders_refuse(rh_orders *orders, rh_order *order)
{
    order->id = ++orders->last_id;
    order->state = RH_ORDER_REJECTED;
    order->remaining = order->qty;
    orders->ended[RH_ORDER_REJECTED]++;
}

void rh_order_arrive(rh_order *order)
{
    RH_ASSERT(order->state == RH_ORDER_IN_FLIGHT);
    order->state = RH_ORDER_WORKING;
}

void rh_order_fill(rh_orders *orders, uint32_t slot, double qty)
{
    rh_order *order = &orders->slots[slot];
    RH_ASSERT(order->state == RH_ORDER_WORKING);
    order->remaining -= qty;
    RH_ASSERT(order->remaining * order->qty >= 0.0 || fabs(order->remaining) < 1e-9);
    if (fabs(order->remaining) < 1e-9) {
        order->remaining = 0.0;
        rh_order_end(orders, slot, RH_ORDER_FILLED);
    }
}

void rh_order_end(rh_orders *orders, uint32_t slot, rh_order_state final)
{
    rh_order *order = &orders->slots[slot];
    RH_ASSERT(order->live && !rh_order_state_final(order->state));
    RH_ASSERT(rh_order_state_final(final));
    order->state = final;
    orders->ended[final]++;
}

void rh_orders_release(rh_orders *orders, uint32_t slot)
{
    rh_order *order = &orders->slots[slot];
    if (!order->live || !rh_order_state_final(order->state) || order->pending_reports > 0) return;
    order->live = false;
    int at = 0;
    while (orders->live[at] != slot)
        at++;
    for (; at + 1 < orders->live_count; at++)
        orders->live[at] = orders->live[at + 1];
    orders->live_count--;
    orders->free[orders->free_count++] = slot;
}
