/* From a policy's request to fills: routing, lots, guards, latency, matching, booking, reports.
 * Decides nothing. Invariant: an order's mid_decision is the known mid when it was decided, and
 * every order ends in exactly one final state. */
#include <math.h>

#include "base/text.h"
#include "engine/run.h"

#define CANCEL_BIT 0x80000000u               /* of an order event's stamp: a cancel arrives */
#define SEND_BIT 0x40000000u                 /* a slice is due to leave */
#define EVENTS_KEPT (4 * RH_ORDERS_LIVE_MAX) /* of the queue, for reports, cancels, timers */
#define SLOTS_KEPT 16                        /* for the engine's own orders: flatten, unwind */

static rh_venue *venue_of(const rh_run *run, int instrument)
{
    return &run->venues[run->universe->instruments[instrument].venue];
}

static bool is_option(const rh_run *run, int instrument)
{
    return run->universe->instruments[instrument].kind == RH_INSTRUMENT_OPTION;
}

/* What a policy says for one unit of an instrument: a contract, or its spot-equivalent now. */
static double qty_per_unit(const rh_run *run, const rh_market *market, int instrument)
{
    return is_option(run, instrument) ? 1.0 : rh_route_delta(market, instrument);
}

double rh_run_order_delta(const rh_run *run, const rh_order *order)
{
    if (!is_option(run, order->instrument)) return order->qty_per_unit;
    return rh_unit_route_delta(&run->known, order->instrument, run->now_ns);
}

double rh_run_pending(const rh_run *run, int asset)
{
    double sum = 0.0;
    for (int k = 0; k < run->orders.live_count; k++) {
        const rh_order *order = &run->orders.slots[run->orders.live[k]];
        if (run->universe->instruments[order->instrument].asset != asset) continue;
        if (!(fabs(order->reported_remaining) > 0.0)) continue;
        sum += order->reported_remaining * rh_run_order_delta(run, order);
    }
    return sum;
}

/* `sum`, and what live orders of an instrument have not filled. */
static double add_unfilled(const rh_run *run, int instrument, double sum)
{
    for (int k = 0; k < run->orders.live_count; k++) {
        const rh_order *order = &run->orders.slots[run->orders.live[k]];
        if (order->instrument == instrument) sum += order->reported_remaining;
    }
    return sum;
}

double rh_run_pending_units(const rh_run *run, int instrument)
{
    return add_unfilled(run, instrument, 0.0);
}

/* What is held of a hedge instrument once its live orders have filled. */
static double open_qty(const rh_run *run, int instrument)
{
    return add_unfilled(run, instrument, run->reported.held[RH_LAYER_HEDGE][instrument].qty);
}

/* What is held of the order's asset if everything live were filled. */
static double pending_with(const rh_run *run, const rh_order *order)
{
    return rh_run_pending(run, run->universe->instruments[order->instrument].asset);
}

/* --- decisions become orders --------------------------------------------------------------- */

static void journal_refusal(rh_run *run, const rh_order *order, const char *why)
{
    char qty[RH_NUMBER_TEXT];
    if (run->lean) return;
    rh_text_double(qty, order->qty);
    rh_journal(run, "guard", "order %u of %s %s rejected: %s", order->id, qty,
               run->universe->instruments[order->instrument].name, why);
}

/* An order refused before it left: it has an id and an end, and nobody waits for a report. */
static rh_status refuse(rh_run *run, rh_order *order, const char *why, rh_error *error)
{
    rh_orders_refuse(&run->orders, order);
    run->hedging.orders++;
    journal_refusal(run, order, why);
    rh_digest_order(run, order);
    rh_run_want_wake(run, RH_ON_REJECT);
    return rh_run_tell_reject(run, order, why, error);
}

int rh_run_guard(rh_run *run, const rh_order *order, bool sent)
{
    const rh_instrument *i = &run->universe->instruments[order->instrument];
    double delta = order->qty * rh_run_order_delta(run, order), more = pending_with(run, order);
    rh_guarded asked = {.qty = delta, .market_age_ns = run->now_ns - run->known.spot_ns[i->asset]};
    if (run->forced) return -1;
    if (!sent) more += delta;
    asked.position =
        rh_hedge_position_of(&run->net[i->asset], &run->reported, &run->known, run->now_ns) + more;
    asked.notional = rh_unit_notional(i, order->qty, order->mid_decision) *
                     rh_market_fx(&run->known, i->settle);
    if (is_option(run, order->instrument)) {
        asked.option = open_qty(run, order->instrument) + (sent ? 0.0 : order->qty);
    }
    return rh_guards_check(&run->guards, run->now_ns, &asked);
}

static rh_status no_room(rh_run *run, rh_error *error)
{
    rh_error why = {0};
    if (run->forced || !rh_run_policy(run)) { /* the engine's own: said in the journal */
        rh_journal(run, "guard", "no room for an order of the engine");
        return RH_OK;
    }
    rh_fail(&why, RH_POLICY, "more than %d live orders, or too many cancelled slices behind them",
            RH_ORDERS_LIVE_MAX - SLOTS_KEPT);
    return rh_run_killed(run, RH_KILL_ORDERS, &why, error);
}

/* Make the order; it leaves now, or as a later slice, when the guards are asked again. */
static rh_status send(rh_run *run, rh_order *order, int64_t leaves_ns, rh_error *error)
{
    int verdict = -1;
    if (leaves_ns == run->now_ns) verdict = rh_run_guard(run, order, false);
    if (verdict >= 0) return refuse(run, order, rh_guard_key((rh_guard_kind)verdict), error);
    bool full = run->orders.free_count <= (run->forced ? 0 : SLOTS_KEPT);
    if (full || run->queue.count + EVENTS_KEPT > run->queue.capacity) return no_room(run, error);
    uint32_t slot;
    RH_TRY(rh_orders_new(&run->orders, order, &slot, error));
    rh_order *made = &run->orders.slots[slot];
    run->hedging.orders++;
    run->last_order_ns = run->now_ns;
    rh_digest_order(run, made);
    bool later = leaves_ns > run->now_ns;
    if (leaves_ns > run->scenario->to_ns) return RH_OK; /* never leaves: it expires with the run */
    return rh_queue_push(&run->queue, later ? leaves_ns : made->arrives_ns, RH_CLASS_ORDER, slot,
                         made->id | (later ? SEND_BIT : 0), error);
}

static rh_status send_slices(rh_run *run, const rh_order_request *request, rh_order order,
                             double units, rh_error *error)
{
    const rh_instrument *i = &run->universe->instruments[order.instrument];
    const rh_venue *venue = venue_of(run, order.instrument);
    uint32_t generation = run->slot.generation;
    double sent = 0.0;
    /* Slices are rounded as they add up, so that together they make the rounded whole. */
    for (int k = 1; k <= request->slices; k++) {
        double target = rh_round_to_lot(units * k / request->slices, i->lot);
        order.qty = rh_round_to_lot(target - sent, i->lot);
        if (!(fabs(order.qty) > 0.0)) continue;
        sent = target;
        int64_t wait = request->slices > 1
                           ? (int64_t)((double)request->over_ns * (k - 1) / request->slices)
                           : 0;
        int64_t leaves_ns = run->now_ns + run->thought_ns + wait;
        order.arrives_ns = leaves_ns + venue->latency_ns;
        RH_TRY(send(run, &order, leaves_ns, error));
        if (run->slot.generation != generation) break; /* killed on the way */
    }
    return RH_OK;
}

static rh_status cancel(rh_run *run, uint32_t slot, rh_error *error)
{
    rh_order *order = &run->orders.slots[slot];
    if (rh_order_state_final(order->state) || order->cancel_requested) return RH_OK;
    order->cancel_requested = true;
    int64_t arrives_ns =
        run->now_ns + run->thought_ns + venue_of(run, order->instrument)->latency_ns;
    return rh_queue_push(&run->queue, arrives_ns, RH_CLASS_ORDER, slot, order->id | CANCEL_BIT,
                         error);
}

/* An order that has ended on the way, as the policy cannot know, takes no harm. */
static rh_status cancel_one(rh_run *run, uint32_t id, rh_error *error)
{
    for (int k = 0; k < run->orders.live_count; k++) {
        uint32_t slot = run->orders.live[k];
        if (run->orders.slots[slot].id == id) return cancel(run, slot, error);
    }
    return RH_OK;
}

rh_status rh_run_submit(rh_run *run, const rh_order_request *request, rh_error *error)
{
    if (request->cancel_live) RH_TRY(rh_run_cancel_all(run, error));
    if (request->cancel_id != 0) RH_TRY(cancel_one(run, request->cancel_id, error));
    if (!(fabs(request->qty) > 0.0)) return RH_OK;
    int route = request->instrument < 0 ? run->scenario->default_route : request->instrument;
    rh_order order = {.instrument = run->scenario->hedges[route],
                      .is_limit = request->kind == RH_ORDER_LIMIT,
                      .limit = request->kind == RH_ORDER_LIMIT ? request->limit : 0.0};
    order.mid_decision = rh_unit_mid(&run->known, order.instrument, run->now_ns);
    bool option = is_option(run, order.instrument);
    bool expired = run->now_ns >= run->universe->instruments[order.instrument].expiry_ns;
    /* A feed of its own has shown nothing yet; an option may be worth nothing. */
    if (!(order.mid_decision > 0.0) && !option) return RH_OK;
    order.qty_per_unit = qty_per_unit(run, &run->known, order.instrument);
    if (!order.is_limit && request->slippage_bps > 0.0) {
        double tolerance = request->slippage_bps * 1e-4;
        order.limit = order.mid_decision * (request->qty > 0.0 ? 1.0 + tolerance : 1.0 - tolerance);
    }
    double lot = run->universe->instruments[order.instrument].lot;
    double units = rh_round_to_lot(request->qty / order.qty_per_unit, lot);
    if (!(fabs(units) > 0.0)) return RH_OK;
    order.qty = units;
    if (expired) return refuse(run, &order, "the instrument has expired", error);
    if (!(order.mid_decision > 0.0)) return refuse(run, &order, "the option has no price", error);
    return send_slices(run, request, order, units, error);
}

rh_status rh_run_cancel_all(rh_run *run, rh_error *error)
{
    for (int k = 0; k < run->orders.live_count; k++)
        RH_TRY(cancel(run, run->orders.live[k], error));
    return RH_OK;
}

rh_status rh_run_flatten(rh_run *run, uint32_t assets, rh_error *error)
{
    bool was = run->forced;
    run->forced = true;
    rh_status status = RH_OK;
    for (int h = 0; h < run->scenario->hedge_count && status == RH_OK; h++) {
        int i = run->scenario->hedges[h];
        if (!(assets >> run->universe->instruments[i].asset & 1u)) continue;
        if (!(rh_unit_mid(&run->known, i, run->now_ns) > 0.0)) continue;
        rh_order_request request = {.instrument = h,
                                    .slices = 1,
                                    .qty = -open_qty(run, i) * qty_per_unit(run, &run->known, i)};
        status = rh_run_submit(run, &request, error);
    }
    run->forced = was;
    return status;
}

/* After a kill: what is in flight may still fill, so the last word comes when all orders ended. */
rh_status rh_run_flatten_when_idle(rh_run *run, rh_error *error)
{
    if (!run->flattening || run->orders.live_count > 0) return RH_OK;
    return rh_run_flatten(run, run->hedged, error);
}

/* What a hedge can give towards `qty`: its delta, when trading qty would reduce it. Options hedge
 * something else than delta: they are not asked. */
static double releasable(const rh_run *run, int asset, int hedge, double qty)
{
    int i = run->scenario->hedges[hedge];
    if (run->universe->instruments[i].asset != asset || is_option(run, i)) return 0.0;
    if (!(rh_market_mid(&run->known, i) > 0.0)) return 0.0;
    if (run->now_ns >= run->universe->instruments[i].expiry_ns) return 0.0;
    double delta = open_qty(run, i) * rh_route_delta(&run->known, i);
    return delta * qty < 0.0 ? fabs(delta) : 0.0;
}

rh_status rh_run_release(rh_run *run, int asset, double qty, rh_error *error)
{
    double total = 0.0;
    for (int h = 0; h < run->scenario->hedge_count; h++)
        total += releasable(run, asset, h, qty);
    if (!(total > 0.0)) return RH_OK; /* nothing is held against it */
    double part = fabs(qty) < total ? fabs(qty) / total : 1.0;
    for (int h = 0; h < run->scenario->hedge_count; h++) {
        rh_order_request request = {
            .instrument = h,
            .slices = 1,
            .qty = copysign(part * releasable(run, asset, h, qty), qty)};
        if (fabs(request.qty) > 0.0) RH_TRY(rh_run_submit(run, &request, error));
    }
    return RH_OK;
}

/* --- the venue ----------------------------------------------------------------------------- */

static rh_status send_report(rh_run *run, uint32_t slot, const rh_report_slip *slip,
                             rh_error *error)
{
    rh_order *order = &run->orders.slots[slot];
    int64_t back = run->now_ns + venue_of(run, order->instrument)->report_ns;
    order->pending_reports++;
    if (back > run->scenario->to_ns) return RH_OK; /* it never arrives */
    if (run->free_report_count == 0) {
        return rh_fail(error, RH_LIMIT, "more than %d reports under way: report_ms is very long",
                       RH_REPORTS_MAX);
    }
    uint32_t at = run->free_reports[--run->free_report_count];
    run->reports[at] = *slip;
    run->reports[at].order_slot = slot;
    return rh_queue_push(&run->queue, back, RH_CLASS_REPORT, at, 0, error);
}

/* `reason` of a rejection; a word that lives as long as the run. */
static rh_status end_order_for(rh_run *run, uint32_t slot, rh_order_state final, const char *reason,
                               rh_error *error)
{
    rh_order_end(&run->orders, slot, final);
    rh_digest_order(run, &run->orders.slots[slot]);
    rh_report_slip slip = {.is_end = true, .end = final, .reason = reason};
    return send_report(run, slot, &slip, error);
}

static rh_status end_order(rh_run *run, uint32_t slot, rh_order_state final, rh_error *error)
{
    return end_order_for(run, slot, final, "venue", error);
}

void rh_run_book_match(rh_run *run, int instrument, double mid_decision, const rh_match *match,
                       rh_fill_booking *fill)
{
    const rh_instrument *i = &run->universe->instruments[instrument];
    *fill = (rh_fill_booking){.instrument = instrument,
                              .qty = match->qty,
                              .price = match->price,
                              .mid_decision = mid_decision,
                              .mid_arrival = rh_unit_mid(&run->is, instrument, run->now_ns)};
    fill->cost[RH_COST_spread] = match->spread;
    fill->cost[RH_COST_depth] = match->depth;
    fill->cost[RH_COST_fee] = match->fee;
    rh_books_fill(&run->books, &run->is, run->now_ns, fill);
    double notional = rh_unit_notional(i, match->qty, match->price);
    rh_sum_add(&run->hedging.turnover, notional * rh_market_fx(&run->is, i->settle));
    run->hedging.fills++;
}

static rh_status book_fill(rh_run *run, uint32_t slot, const rh_match *match, rh_error *error)
{
    rh_order *order = &run->orders.slots[slot];
    rh_fill_booking fill;
    rh_run_book_match(run, order->instrument, order->mid_decision, match, &fill);
    rh_order_fill(&run->orders, slot, match->qty);
    double value[6] = {match->qty,   match->price, match->spread,
                       match->depth, match->fee,   fill.cost[RH_COST_latency]};
    rh_digest_event(run, RH_TAG_FILL, order->id, run->now_ns, value);
    rh_output_fill(run, order, &fill);
    if (is_option(run, order->instrument)) RH_TRY(rh_run_rebuild(run, error));
    rh_run_state_passed(run);
    if (rh_order_state_final(order->state)) rh_digest_order(run, order);
    rh_report_slip slip = {.qty = match->qty, .price = match->price, .fee = match->fee};
    return send_report(run, slot, &slip, error);
}

static rh_status match_order(rh_run *run, uint32_t slot, rh_error *error)
{
    rh_order *order = &run->orders.slots[slot];
    rh_match match;
    rh_venue_match(venue_of(run, order->instrument), &run->is, run->now_ns, order, &match);
    if (fabs(match.qty) > 0.0) RH_TRY(book_fill(run, slot, &match, error));
    if (rh_order_state_final(order->state) || match.rest_waits) return RH_OK;
    return end_order(run, slot, RH_ORDER_CANCELLED, error);
}

/* A slice leaves: it passes the guards now, and arrives one latency later. */
static rh_status slice_leaves(rh_run *run, uint32_t slot, rh_error *error)
{
    rh_order *order = &run->orders.slots[slot];
    if (order->cancel_requested) return end_order(run, slot, RH_ORDER_CANCELLED, error);
    int verdict = rh_run_guard(run, order, true);
    if (verdict >= 0) {
        rh_journal(run, "guard", "order %u, a slice, rejected: %s", order->id,
                   rh_guard_key((rh_guard_kind)verdict));
        return end_order_for(run, slot, RH_ORDER_REJECTED, rh_guard_key((rh_guard_kind)verdict),
                             error);
    }
    return rh_queue_push(&run->queue, order->arrives_ns, RH_CLASS_ORDER, slot, order->id, error);
}

rh_status rh_run_order_event(rh_run *run, const rh_event *event, rh_error *error)
{
    rh_order *order = &run->orders.slots[event->slot];
    bool stale = !order->live || order->id != (event->stamp & ~(CANCEL_BIT | SEND_BIT)) ||
                 rh_order_state_final(order->state);
    if (stale) return RH_OK;
    if (event->stamp & SEND_BIT) return slice_leaves(run, event->slot, error);
    if (event->stamp & CANCEL_BIT) return end_order(run, event->slot, RH_ORDER_CANCELLED, error);
    rh_order_arrive(order);
    /* A limit order trades against the book as a taker first; what is left of it rests. */
    order->fresh = true;
    rh_status status = match_order(run, event->slot, error);
    order->fresh = false;
    return status;
}

/* New market data: orders that work at a venue may trade on. */
rh_status rh_run_work_orders(rh_run *run, int instrument, rh_error *error)
{
    int asset = run->universe->instruments[instrument].asset;
    for (int k = 0; k < run->orders.live_count; k++) {
        uint32_t slot = run->orders.live[k];
        const rh_order *order = &run->orders.slots[slot];
        if (order->state != RH_ORDER_WORKING) continue;
        if (run->universe->instruments[order->instrument].asset != asset) continue;
        RH_TRY(match_order(run, slot, error));
    }
    return RH_OK;
}

/* News of a fill that arrives after its future or option has settled: what is held of it is settled
 * too. */
static void settle_late(rh_run *run, int instrument)
{
    const rh_instrument *i = &run->universe->instruments[instrument];
    double paid[RH_LAYERS], market = run->settled_at[instrument];
    if (!(market > 0.0)) return;
    double price = is_option(run, instrument) ? rh_option_payoff(i, market) : market;
    rh_positions_settle(&run->reported, instrument, price, paid);
}

rh_status rh_run_report(rh_run *run, uint32_t at, rh_error *error)
{
    rh_report_slip slip = run->reports[at];
    rh_order *order = &run->orders.slots[slip.order_slot], told;
    run->free_reports[run->free_report_count++] = at;
    order->pending_reports--;
    if (slip.is_end) {
        order->reported_remaining = 0.0;
        if (slip.end == RH_ORDER_REJECTED) rh_run_want_wake(run, RH_ON_REJECT);
    } else {
        rh_positions_trade(&run->reported, RH_LAYER_HEDGE, order->instrument, slip.qty, slip.price,
                           slip.fee);
        settle_late(run, order->instrument);
        if (is_option(run, order->instrument)) RH_TRY(rh_run_rebuild(run, error));
        bool gone = run->settled_at[order->instrument] > 0.0; /* nothing remains of the order */
        order->reported_remaining -= slip.qty;
        if (gone || fabs(order->reported_remaining) < 1e-9) order->reported_remaining = 0.0;
    }
    run->greeks_valid = 0;
    rh_run_want_wake(run, RH_ON_FILL);
    told = *order;
    rh_orders_release(&run->orders, slip.order_slot);
    if (!slip.is_end) RH_TRY(rh_run_tell_fill(run, &told, &slip, error));
    if (slip.is_end && slip.end == RH_ORDER_REJECTED) {
        RH_TRY(rh_run_tell_reject(run, &told, slip.reason, error));
    }
    return rh_run_flatten_when_idle(run, error);
}

/* --- end of the run, estimates ------------------------------------------------------------- */

/* "end": "unwind": hedges are traded to zero at once, at what the venue gives at the last instant.
 */
rh_status rh_run_unwind_now(rh_run *run, rh_error *error)
{
    for (int h = 0; h < run->scenario->hedge_count; h++) {
        int i = run->scenario->hedges[h];
        double qty = -run->filled.held[RH_LAYER_HEDGE][i].qty;
        if (!(fabs(qty) > 0.0)) continue;
        double mid = rh_unit_mid(&run->is, i, run->now_ns);
        rh_order order = {.instrument = i,
                          .qty = qty,
                          .mid_decision = mid,
                          .arrives_ns = run->now_ns,
                          .qty_per_unit = qty_per_unit(run, &run->is, i)};
        uint32_t slot;
        RH_TRY(rh_orders_new(&run->orders, &order, &slot, error));
        run->hedging.orders++;
        rh_order_arrive(&run->orders.slots[slot]);
        RH_TRY(match_order(run, slot, error));
    }
    if (!run->lean && rh_books_can_mark(&run->filled, &run->is)) rh_output_ledger(run);
    return RH_OK;
}

/* What the venue of an instrument would do with an order that leaves now. */
static void ask(const rh_run *run, int instrument, double units, rh_match *match)
{
    const rh_venue *venue = venue_of(run, instrument);
    rh_order order = {.instrument = instrument,
                      .qty = units,
                      .remaining = units,
                      .arrives_ns = run->now_ns + run->thought_ns + venue->latency_ns};
    rh_venue_quote(venue, &run->known, run->now_ns, &order, units, match);
}

double rh_run_quote(const rh_run *run, int hedge, double qty, rh_match *match)
{
    *match = (rh_match){0};
    int i = run->scenario->hedges[hedge];
    if (!(rh_unit_mid(&run->known, i, run->now_ns) > 0.0) || !isfinite(qty)) return 0.0;
    if (run->now_ns >= run->universe->instruments[i].expiry_ns) return 0.0;
    double units = qty / qty_per_unit(run, &run->known, i);
    units = rh_round_to_lot(units, run->universe->instruments[i].lot);
    ask(run, i, units, match);
    return units;
}

double rh_run_cost(const rh_run *run, int hedge, double qty)
{
    if (hedge < 0) hedge = run->scenario->default_route;
    if (hedge >= run->scenario->hedge_count || !isfinite(qty)) return 0.0;
    int i = run->scenario->hedges[hedge];
    const rh_instrument *instrument = &run->universe->instruments[i];
    if (!(rh_unit_mid(&run->known, i, run->now_ns) > 0.0)) return 0.0;
    double units = qty / qty_per_unit(run, &run->known, i);
    rh_match match;
    ask(run, i, units, &match);
    return (match.spread + match.depth + match.fee) * rh_market_fx(&run->known, instrument->settle);
}
