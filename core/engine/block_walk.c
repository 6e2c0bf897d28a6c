/* One path of a block: prices and deltas by batch, then from instant to instant with the run's own
 * books, wake conditions, policy and venue. Must not hold a rule of its own: what the event engine
 * would do otherwise than here is given up. Invariant: the same bits as path_events.c. */
#include <string.h>

#include "engine/block.h"
#include "execution/venue_fill.h"
#include "portfolio/position_trade.h"
#include "pricing/option.h"

/* --- the arrays of the path ---------------------------------------------------------------- */

static void spread_prices(rh_block *block)
{
    size_t next = block->dense;
    memcpy(block->spot, block->prices, next * sizeof(double));
    for (size_t i = next; i < block->count; i++) {
        if (block->instants[i].record) next++;
        block->spot[i] = block->prices[next - 1];
    }
}

/* *done false: the generator failed, which the event engine must find at its time. */
static rh_status compute(rh_block *block, const rh_feed_path *of_feeds, bool *done,
                         rh_error *error)
{
    rh_feed *feed = block->run->feed;
    RH_TRY(feed->rewind(feed, of_feeds, error));
    *done = feed->prices(feed, block->prices, block->records, error) == RH_OK &&
            !memcmp(&block->prices[0], &block->start.spot, sizeof(double));
    if (!*done) return RH_OK;
    spread_prices(block);
    rh_log_prices(block->spot, block->count, block->log_spot, block->log_spot_lo);
    const double *spot = block->spot, *hi = block->log_spot, *lo = block->log_spot_lo;
    rh_delta_grid_sums(&block->mark, spot, hi, lo, block->mark_delta);
    if (!block->same_vol) rh_delta_grid_sums(&block->hedged, spot, hi, lo, block->hedge_delta);
    return RH_OK;
}

/* --- states -------------------------------------------------------------------------------- */

static inline void state_passed(rh_block *block, size_t i)
{
    rh_hedging *hedging = &block->state.hedging;
    int64_t now_ns = block->instants[i].time_ns, last_expiry_ns = block->run->last_expiry_ns;
    if (hedging->over) return;
    rh_hedging_hold(hedging, now_ns, last_expiry_ns);
    if (now_ns > last_expiry_ns) return;
    rh_hedging_take(hedging, block->mark_delta[i] + block->state.hedge.qty);
}

static void settle(rh_block *block, size_t i)
{
    rh_run *run = block->run;
    const rh_block_instant *at = &block->instants[i];
    rh_block_store(block);
    for (int k = 0; k < at->settle_count; k++) {
        int option = block->settles[at->settle_first + k];
        double paid[RH_LAYERS];
        if (!rh_positions_holds(&run->filled, option)) continue;
        double price = rh_option_payoff(&run->universe->instruments[option], block->spot[i]);
        rh_books_settle(&run->books, &run->is, at->time_ns, option, price, paid);
        block->settled++;
    }
    block->state.cash = run->filled.cash[run->universe->numeraire];
    block->state.interest_ns = run->books.from_ns;
    if (at->time_ns < run->last_expiry_ns) state_passed(block, i);
    else rh_hedging_finish(&block->state.hedging, at->time_ns, run->last_expiry_ns);
}

/* --- decisions ----------------------------------------------------------------------------- */

static bool is_plain(const rh_order_request *request)
{
    return request->instrument <= 0 && request->kind == RH_ORDER_MARKET &&
           !(request->slippage_bps > 0.0) && request->slices == 1 && !request->cancel_live &&
           request->cancel_id == 0;
}

static inline void add_cost(rh_sum *sum, double cost, double growth)
{
    if (fabs(cost) > 0.0) rh_sum_add(sum, rh_future_value(cost, growth));
}

/* What rh_run_book_match does to lean books: the mid at arrival is that of the decision, and the
 * currency is the numeraire. */
static inline void book(rh_block *block, const rh_instrument *hedge, const rh_match *match,
                        size_t i)
{
    int64_t now_ns = block->instants[i].time_ns;
    double growth = block->growth[i];
    rh_block_state *state = &block->state;
    state->cash += rh_interest(state->cash, block->rate, state->interest_ns, now_ns);
    state->interest_ns = now_ns;
    rh_position_trade(hedge, &state->hedge, &state->cash, match->qty, match->price, match->fee);
    add_cost(&state->spread, match->spread, growth);
    add_cost(&state->depth, match->depth, growth);
    add_cost(&state->fee, match->fee, growth);
    rh_sum_add(&state->hedging.turnover, fabs(match->qty) * match->price);
    state->hedging.fills++;
}

/* False: it is not filled whole. */
static bool ask_venue(rh_block *block, double qty, size_t i, rh_match *match)
{
    rh_order *order = &block->order;
    order->qty = order->remaining = qty;
    order->mid_decision = block->spot[i];
    order->arrives_ns = block->run->now_ns;
    rh_block_store(block);
    rh_venue_quote(block->venue, &block->run->is, block->run->now_ns, order, qty, match);
    return !memcmp(&match->qty, &qty, sizeof qty);
}

static bool guards_refuse(rh_block *block, double qty, size_t i)
{
    rh_order *order = &block->order;
    order->qty = qty;
    order->mid_decision = block->spot[i];
    rh_block_sync(block);
    return rh_run_guard(block->run, order, false) >= 0;
}

/* A market order by the only route: it arrives, is filled whole and reported at once. */
static inline void trade(rh_block *block, double wanted, size_t i)
{
    rh_run *run = block->run;
    const rh_instrument *hedge = &run->universe->instruments[block->hedge];
    rh_match match;
    if (!(fabs(wanted) > 0.0)) return;
    double qty = rh_round_to_lot(wanted, hedge->lot);
    if (!(fabs(qty) > 0.0)) return;
    if (block->guarded) block->given_up = guards_refuse(block, qty, i);
    double mid = block->spot[i], half = rh_venue_half_spread(block->venue, mid);
    if (block->instants[i].whole) rh_venue_fill_whole(block->venue, hedge, mid, half, qty, &match);
    else block->given_up |= !ask_venue(block, qty, i, &match);
    if (block->given_up) return;
    block->state.hedging.orders++;
    run->last_order_ns = run->now_ns;
    book(block, hedge, &match, i);
    state_passed(block, i);
    run->slot.seen |= 1u << RH_ON_FILL;
    block->synced = false;
}

/* What the policy says, and how it dies, otherwise than by one plain order is for the event engine.
 */
static void ask_policy(rh_block *block, size_t i)
{
    rh_policy *trigger = block->run->slot.part[RH_PART_TRIGGER].policy;
    rh_policy *scale = rh_run_scale_part(block->run)->policy;
    rh_order_request requests[RH_ORDERS_PER_CALL_MAX];
    rh_decision decision = {0};
    rh_kill_kind kind;
    rh_error why;
    size_t count = 0;
    rh_status status =
        trigger->methods->trigger(trigger, &block->view, NULL, &decision, &kind, &why);
    if (status == RH_OK && decision.fire && !block->given_up)
        status = scale->methods->scale(scale, &block->view, NULL, decision.lo, decision.hi,
                                       requests, &count, &kind, &why);
    block->given_up |= status != RH_OK || count > 1 || (count == 1 && !is_plain(&requests[0]));
    if (count == 1 && !block->given_up) trade(block, requests[0].qty, i);
}

/* `due`: the wake condition is known to hold. */
static inline void look(rh_block *block, size_t i, bool due)
{
    rh_run *run = block->run;
    rh_policy_slot *slot = &run->slot;
    rh_view *view = &block->view;
    const rh_policy *policy = slot->part[RH_PART_TRIGGER].policy;
    uint32_t seen = slot->seen | block->instants[i].seen;
    double filled = (block->same_vol ? block->mark_delta : block->hedge_delta)[i] +
                    block->state.hedge.qty;
    slot->seen = 0;
    view->time_ns = block->instants[i].time_ns;
    view->eager[RH_VIEW_SPOT] = block->spot[i];
    view->eager[RH_VIEW_DELTA_FILLED] = view->eager[RH_VIEW_DELTA] = filled;
    if (!due && !rh_run_is_due(run, view, seen, block->instants[i].timer)) return;
    slot->calls++;
    slot->last_spot = block->spot[i];
    if (block->plain) trade(block, policy->methods->plain(policy, view), i);
    else ask_policy(block, i);
}

/* --- the walk ------------------------------------------------------------------------------ */

/* The run as it was when the book had been entered, before the first look. */
static void restore(rh_block *block)
{
    rh_run *run = block->run;
    const rh_block_start *start = &block->start;
    size_t instruments = (size_t)run->universe->instrument_count;
    rh_positions_rewind(&run->filled);
    memcpy(run->filled.held[RH_LAYER_BOOK], start->book, instruments * sizeof start->book[0]);
    rh_books_rewind(&run->books);
    run->books.open = true;
    run->last_order_ns = run->scenario->from_ns;
    if (block->guarded) rh_guards_rewind(&run->guards);
    rh_queue_rewind(&run->queue, run->scenario->from_ns);
    block->state = start->state;
    block->settled = 0;
    block->synced = block->given_up = false;
    block->record_ns = run->scenario->from_ns;
}

/* From instant i on, bars at which the policy would not wake, up to the first of another kind: the
 * state moves by itself meanwhile, which is most of a path that trades rarely. *due: that is one at
 * which it wakes. */
static size_t pass_quietly(rh_block *block, size_t i, bool *due)
{
    const rh_block_instant *at = block->instants;
    const double *mark = block->mark_delta;
    const double *delta = block->same_vol ? mark : block->hedge_delta;
    double qty = block->state.hedge.qty, lo = -HUGE_VAL, hi = HUGE_VAL;
    if (rh_run_policy(block->run)) rh_run_wake_band(block->run, &lo, &hi);
    *due = delta[i] + qty < lo || delta[i] + qty > hi;
    if (*due) return i;
    state_passed(block, i);
    rh_hedging hedging = block->state.hedging;
    for (i++; block->held_ns[i] >= 0.0; i++) {
        double seen = delta[i] + qty;
        *due = seen < lo || seen > hi;
        if (*due) break;
        if (hedging.over) continue;
        rh_hedging_held(&hedging, block->held_ns[i]);
        rh_hedging_take(&hedging, mark[i] + qty);
    }
    int64_t last_ns = block->run->last_expiry_ns, now_ns = at[i - 1].time_ns;
    if (!hedging.over) hedging.since_ns = now_ns < last_ns ? now_ns : last_ns;
    block->state.hedging = hedging;
    block->at = i - 1;
    block->synced = false;
    block->record_ns = block->run->now_ns = at[i - 1].time_ns;
    block->run->slot.seen = 0;
    return i;
}

static void walk(rh_block *block)
{
    rh_run *run = block->run;
    for (size_t i = 0; i < block->count && !block->given_up; i++) {
        bool due = false;
        if (block->by_band && block->instants[i].plain) i = pass_quietly(block, i, &due);
        if (i == block->count) break;
        const rh_block_instant *at = &block->instants[i];
        run->now_ns = at->time_ns;
        block->at = i;
        block->synced = false;
        if (at->record && i > 0) {
            block->record_ns = at->time_ns;
            state_passed(block, i);
        }
        if (at->settle_count > 0) settle(block, i);
        if (at->wakes) look(block, i, due);
    }
}

rh_status rh_block_path(rh_block *block, uint32_t index, const rh_feed_path *of_feeds, bool *done,
                        rh_error *error)
{
    rh_run *run = block->run;
    if (run->request->stop && *run->request->stop)
        return rh_fail(error, RH_INTERRUPTED, "interrupted");
    if (block->stale) RH_TRY(rh_block_enter(block, error));
    RH_TRY(compute(block, of_feeds, done, error));
    if (!*done) return RH_OK;
    restore(block);
    *done = run->idle || rh_run_rewind_policy(run, index, false, error) == RH_OK;
    if (!*done) return RH_OK; /* it fails again where this is told */
    walk(block);
    *done = !block->given_up && !rh_run_is_doubtful(run);
    if (!*done) return RH_OK;
    block->synced = false;
    rh_block_sync(block);
    return rh_run_end(run, error);
}
