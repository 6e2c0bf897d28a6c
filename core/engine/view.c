/* What a policy sees: the market as known, positions as reported, live orders as reported, and what
 * the venues would do for a quantity now as far as is known. Changes nothing but the wakes that a
 * policy sets for itself, and must not read the states that *are*. */
#include <math.h>
#include <string.h>

#include "engine/run.h"

static double cash_of(const rh_run *run)
{
    double sum = 0.0;
    for (int c = 0; c < run->universe->currency_count; c++) {
        double amount = run->reported.cash[c];
        if (fabs(amount) > 0.0) sum += amount * rh_market_fx(&run->known, c);
    }
    return sum;
}

static const rh_net_greeks *greeks_of(rh_run *run, int asset)
{
    uint32_t bit = 1u << asset;
    static_assert(RH_ASSETS_MAX <= 32, "a bit for each asset");
    if (!(run->greeks_valid & bit) || run->greeks_ns[asset] != run->now_ns) {
        rh_net_greeks_of(&run->net[asset], &run->reported, &run->known, run->now_ns,
                         &run->greeks[asset]);
        run->greeks_valid |= bit;
        run->greeks_ns[asset] = run->now_ns;
    }
    return &run->greeks[asset];
}

/* What unfilled orders of options will add, as s.delta has theirs: so that nobody hedges gamma
 * twice under latency. */
static rh_net_greeks pending_greeks(const rh_run *run, int asset)
{
    rh_net_greeks sum = {0}, unit;
    for (int k = 0; k < run->orders.live_count; k++) {
        const rh_order *order = &run->orders.slots[run->orders.live[k]];
        const rh_instrument *i = &run->universe->instruments[order->instrument];
        if (i->kind != RH_INSTRUMENT_OPTION || i->asset != asset) continue;
        if (!(fabs(order->reported_remaining) > 0.0)) continue;
        rh_net_unit_greeks(&run->net[asset], &run->known, order->instrument, run->now_ns, &unit);
        sum.gamma += order->reported_remaining * unit.gamma;
        sum.vega += order->reported_remaining * unit.vega;
        sum.theta += order->reported_remaining * unit.theta;
    }
    return sum;
}

static double expiry_in(const rh_run *run, int asset)
{
    const rh_net_delta *net = &run->net[asset];
    int64_t next = INT64_MAX;
    for (int g = 0; g < net->expiry_count; g++) {
        if (net->expiry_ns[g] < next) next = net->expiry_ns[g];
    }
    return next == INT64_MAX ? 1e18 : (double)(next - run->now_ns) * 1e-9;
}

double rh_run_known_delta(rh_run *run, int asset)
{
    return rh_net_delta_of(&run->net[asset], &run->reported, &run->known, run->now_ns, true);
}

double rh_run_asset_field(rh_run *run, int asset, rh_view_field field)
{
    rh_net_delta *net = &run->net[asset];
    int64_t now = run->now_ns;
    switch (field) {
    case RH_VIEW_SPOT:
    case RH_VIEW_ORACLE: return run->known.spot[asset];
    case RH_VIEW_DELTA: return rh_run_known_delta(run, asset) + rh_run_pending(run, asset);
    case RH_VIEW_DELTA_FILLED: return rh_run_known_delta(run, asset);
    case RH_VIEW_GROSS_DELTA: return rh_gross_delta_of(net, &run->reported, &run->known, now, true);
    case RH_VIEW_GAMMA: return greeks_of(run, asset)->gamma + pending_greeks(run, asset).gamma;
    case RH_VIEW_VEGA: return greeks_of(run, asset)->vega + pending_greeks(run, asset).vega;
    case RH_VIEW_THETA: return greeks_of(run, asset)->theta + pending_greeks(run, asset).theta;
    case RH_VIEW_IV: return greeks_of(run, asset)->iv;
    case RH_VIEW_POSITION: return rh_hedge_position_of(net, &run->reported, &run->known, now);
    case RH_VIEW_PENDING: return rh_run_pending(run, asset);
    case RH_VIEW_CASH: return cash_of(run);
    case RH_VIEW_AGE:
    case RH_VIEW_ORACLE_AGE: return (double)(now - run->known.spot_ns[asset]) * 1e-9;
    case RH_VIEW_SINCE_HEDGE: return (double)(now - run->last_order_ns) * 1e-9;
    case RH_VIEW_EXPIRY_IN: return expiry_in(run, asset);
    case RH_VIEW_BASE_FEE:
    case RH_VIEW_FIELDS: break;
    }
    return 0.0;
}

static double asset_field(void *host, int asset, rh_view_field field)
{
    return rh_run_asset_field(host, asset, field);
}

static double view_field(void *host, rh_view_field field)
{
    return rh_run_asset_field(host, ((rh_run *)host)->asset, field);
}

static double view_cost(void *host, int hedge, double qty)
{
    return rh_run_cost(host, hedge, qty);
}

static void view_wake_outside(void *host, double lo, double hi)
{
    rh_run *run = host;
    run->slot.wake_lo = lo;
    run->slot.wake_hi = hi;
}

static void view_wake_in(void *host, int64_t duration_ns)
{
    rh_run *run = host;
    bool inside = duration_ns <= run->scenario->to_ns - run->now_ns;
    run->slot.wake_in_ns = inside ? run->now_ns + duration_ns : INT64_MAX;
}

/* --- orders and routes --------------------------------------------------------------------- */

static int view_next_order(void *host, int at, rh_live_order *out)
{
    const rh_run *run = host;
    for (; at < run->orders.live_count; at++) {
        const rh_order *order = &run->orders.slots[run->orders.live[at]];
        if (!(fabs(order->reported_remaining) > 0.0)) continue;
        *out = (rh_live_order){
            .order = order->id,
            .instrument = run->universe->instruments[order->instrument].name,
            .qty = order->qty * order->qty_per_unit,
            .remaining = order->reported_remaining * order->qty_per_unit,
            .limit = order->is_limit ? order->limit : 0.0,
            .cancelling = order->cancel_requested};
        return at + 1;
    }
    return -1;
}

static bool view_is_live(void *host, uint32_t id)
{
    rh_live_order order;
    for (int at = 0; (at = view_next_order(host, at, &order)) >= 0;)
        if (order.order == id) return true;
    return false;
}

static int view_route(void *host, double qty, rh_route_line lines[RH_HEDGES_MAX])
{
    rh_run *run = host;
    int count = 0;
    for (int h = 0; h < run->scenario->hedge_count; h++) {
        int i = run->scenario->hedges[h];
        const rh_instrument *instrument = &run->universe->instruments[i];
        rh_match match;
        if (instrument->kind == RH_INSTRUMENT_OPTION) continue;
        double units = rh_run_quote(run, h, qty, &match);
        if (!(fabs(units) > 0.0)) continue;
        double fx = rh_market_fx(&run->known, instrument->settle);
        lines[count++] = (rh_route_line){
            .instrument = instrument->name,
            .venue = run->scenario->venues[instrument->venue].name,
            .units = units,
            .qty = match.qty * rh_route_delta(&run->known, i),
            .mid = rh_market_mid(&run->known, i),
            .price = match.price,
            .cost = (match.spread + match.depth + match.fee) * fx};
    }
    return count;
}

/* --- hedge instruments --------------------------------------------------------------------- */

/* One unit of an order's qty: a contract, or what moves as one spot. */
static double unit_field(rh_run *run, int i, double units, rh_hedge_field field)
{
    const rh_instrument *instrument = &run->universe->instruments[i];
    rh_net_greeks unit;
    if (!rh_unit_has_price(&run->known, i)) return (double)NAN;
    if (field == RH_HEDGE_DELTA)
        return units * rh_unit_route_delta(&run->known, i, run->now_ns);
    rh_net_unit_greeks(&run->net[instrument->asset], &run->known, i, run->now_ns, &unit);
    if (field == RH_HEDGE_GAMMA) return units * unit.gamma;
    if (field == RH_HEDGE_VEGA) return units * unit.vega;
    return field == RH_HEDGE_THETA ? units * unit.theta : unit.iv;
}

static double hedge_field(void *host, int hedge, rh_hedge_field field)
{
    rh_run *run = host;
    int i = run->scenario->hedges[hedge];
    const rh_instrument *instrument = &run->universe->instruments[i];
    bool option = instrument->kind == RH_INSTRUMENT_OPTION;
    double per_unit = 1.0; /* qty per unit of the instrument */
    if (!option && rh_unit_has_price(&run->known, i)) per_unit = rh_route_delta(&run->known, i);
    switch (field) {
    case RH_HEDGE_MID: return rh_unit_mid(&run->known, i, run->now_ns);
    case RH_HEDGE_POSITION: return per_unit * run->reported.held[RH_LAYER_HEDGE][i].qty;
    case RH_HEDGE_PENDING: return per_unit * rh_run_pending_units(run, i);
    case RH_HEDGE_LOT: return per_unit * instrument->lot;
    case RH_HEDGE_EXPIRY_IN:
        return instrument->expiry_ns == INT64_MAX
                   ? 1e18
                   : (double)(instrument->expiry_ns - run->now_ns) * 1e-9;
    case RH_HEDGE_DELTA:
    case RH_HEDGE_GAMMA:
    case RH_HEDGE_VEGA:
    case RH_HEDGE_THETA:
    case RH_HEDGE_IV: return unit_field(run, i, 1.0 / per_unit, field);
    case RH_HEDGE_FIELDS: break;
    }
    return 0.0;
}

static double view_delta_at(void *host, double vol_scale)
{
    rh_run *run = host;
    return rh_net_delta_at(&run->net[run->asset], &run->reported, &run->known, run->now_ns,
                           vol_scale) +
           rh_run_pending(run, run->asset);
}

static const rh_view_ops view_ops = {view_field,   view_cost,       view_wake_outside,
                                     view_wake_in, asset_field,     view_next_order,
                                     view_is_live, view_route,      hedge_field,
                                     view_delta_at};

const rh_view_ops *rh_run_view_ops(void)
{
    return &view_ops;
}

void rh_run_fill_view(rh_run *run, rh_view *view)
{
    double filled = rh_run_known_delta(run, run->asset);
    view->time_ns = run->now_ns;
    view->ops = &view_ops;
    view->host = run;
    view->eager[RH_VIEW_SPOT] = run->known.spot[run->asset];
    view->eager[RH_VIEW_DELTA_FILLED] = filled;
    view->eager[RH_VIEW_PENDING] = rh_run_pending(run, run->asset);
    view->eager[RH_VIEW_DELTA] = filled + view->eager[RH_VIEW_PENDING];
    view->eager_mask = 1u << RH_VIEW_SPOT | 1u << RH_VIEW_DELTA_FILLED | 1u << RH_VIEW_PENDING |
                       1u << RH_VIEW_DELTA;
}
