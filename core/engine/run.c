/* The life of a run: opening, the loop that always takes the first event of all sources in total
 * order, and the two deliveries of a market record. Invariant: time never runs backwards, and a
 * step to the left of the line is an event. */
#include "engine/run.h"
#include "engine/actual.h"
#include "engine/archive.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "math/kernels.h"

#define QUEUE_EVENTS (RH_BOOK_TRADES_MAX + 4 * RH_ORDERS_LIVE_MAX + 4 * RH_INSTRUMENTS_MAX)
#define PROGRESS_EVENTS 0x3fff

/* --- opening ------------------------------------------------------------------------------- */

rh_status rh_run_schedule(rh_run *run, rh_error *error)
{
    const rh_scenario *s = run->scenario;
    rh_queue *q = &run->queue;
    for (size_t t = 0; t < s->trade_count; t++) { /* one event per instant with trades */
        if (t > 0 && s->trades[t].time_ns == s->trades[t - 1].time_ns) continue;
        RH_TRY(rh_queue_push(q, s->trades[t].time_ns, RH_CLASS_CLIENT, 0, 0, error));
    }
    run->last_expiry_ns = INT64_MIN;
    for (int i = 0; i < run->universe->instrument_count; i++) {
        const rh_instrument *instrument = &run->universe->instruments[i];
        if (instrument->expiry_ns > s->to_ns || instrument->expiry_ns < s->from_ns) continue;
        RH_TRY(rh_queue_push(q, instrument->expiry_ns, RH_CLASS_SETTLEMENT, (uint32_t)i, 0, error));
        bool option = instrument->kind == RH_INSTRUMENT_OPTION;
        if (option && instrument->asset == run->asset &&
            instrument->expiry_ns > run->last_expiry_ns) {
            run->last_expiry_ns = instrument->expiry_ns;
        }
    }
    for (int i = 0; i < run->universe->instrument_count; i++) {
        const rh_instrument *o = &run->universe->instruments[i];
        if (o->kind == RH_INSTRUMENT_OPTION && o->asset == run->asset && o->expiry_ns > s->to_ns)
            run->last_expiry_ns = s->to_ns;
    }
    if (run->last_expiry_ns == INT64_MIN) run->last_expiry_ns = s->to_ns;
    for (size_t k = 0; k < s->swap_count; k++) {
        RH_TRY(rh_queue_push(q, s->swaps[k].at_ns, RH_CLASS_SWAP, (uint32_t)k, 0, error));
    }
    RH_TRY(rh_run_actual_schedule(run, error));
    if (run->lean) return RH_OK;
    return rh_queue_push(q, s->from_ns, RH_CLASS_LEDGER, 0, 0, error);
}

rh_status rh_run_look_ahead(rh_run *run, rh_error *error)
{
    rh_status status = rh_feed_peek(run->feed, &run->next, error);
    run->next_ns = status == RH_OK ? run->next->happened_ns : INT64_MAX;
    return status == RH_END ? RH_OK : status;
}

static rh_status open_parts(rh_run *run, rh_error *error)
{
    rh_scenario *s = run->scenario;
    RH_TRY(rh_queue_init(&run->queue, QUEUE_EVENTS, s->from_ns, error));
    run->entered = rh_arena_array(&s->arena, s->trade_count + 1, sizeof *run->entered);
    if (!run->entered) return rh_fail(error, RH_NO_MEMORY, "no memory for the book");
    RH_TRY(rh_delay_init(&run->delayed, 256, error));
    RH_TRY(rh_market_init(&run->is, &s->universe, error));
    RH_TRY(rh_market_init(&run->known, &s->universe, error));
    run->filled.universe = run->reported.universe = &s->universe;
    memcpy(run->filled.collateral, s->collateral, sizeof s->collateral);
    memcpy(run->reported.collateral, s->collateral, sizeof s->collateral);
    rh_books_init(&run->books, &s->universe, &run->filled, &run->reported);
    run->books.lean = run->lean;
    run->books.end_ns = s->to_ns;
    for (int a = 0; a < s->universe.asset_count; a++) {
        rh_net_delta_init(&run->net[a], &s->universe, a, s->hedge_collateral);
    }
    RH_TRY(rh_run_rebuild(run, error));
    run->guards = s->guards;
    run->venues = calloc((size_t)s->venue_count + 1, sizeof *run->venues);
    if (!run->venues) return rh_fail(error, RH_NO_MEMORY, "no memory for the venues");
    if (s->venue_count > 0) {
        memcpy(run->venues, s->venues, (size_t)s->venue_count * sizeof *run->venues);
    }
    rh_orders_init(&run->orders);
    for (uint32_t i = 0; i < RH_REPORTS_MAX; i++)
        run->free_reports[i] = RH_REPORTS_MAX - 1 - i;
    run->free_report_count = RH_REPORTS_MAX;
    bool swaps = run->by_hand || s->swap_count > 0;
    if (swaps) run->recent = calloc(1, sizeof *run->recent);
    if (swaps && !run->recent) return rh_fail(error, RH_NO_MEMORY, "no memory for recent records");
    if (!run->lean) run->digest = rh_digest_new();
    if (!run->lean && !run->digest) return rh_fail(error, RH_NO_MEMORY, "no memory for the digest");
    RH_TRY(rh_run_schedule(run, error));
    RH_TRY(rh_output_open(run, error));
    RH_TRY(rh_archive_inputs(run, error));
    RH_TRY(rh_run_first_policy(run, error));
    rh_output_begin_ledger(run);
    run->feed = s->feed;
    return rh_run_look_ahead(run, error);
}

void rh_run_set_start(rh_run *run)
{
    run->now_ns = run->last_order_ns = run->scenario->from_ns;
    run->woke_ns = run->wake_at_ns = INT64_MIN;
    run->reproducible = true;
    run->slot.wake_in_ns = INT64_MAX;
}

static rh_status open_run(const rh_run_request *request, rh_scenario *scenario, bool by_hand,
                          bool lean, rh_run **out, rh_error *error)
{
    rh_run *run = calloc(1, sizeof *run);
    *out = NULL;
    if (!run) return rh_fail(error, RH_NO_MEMORY, "no memory for a run");
    rh_math_thread_init();
    run->request = request;
    run->by_hand = by_hand;
    run->lean = lean;
    run->scenario = scenario;
    run->universe = &scenario->universe;
    rh_run_set_start(run);
    run->acts_left = RH_SWAPS_MAX - (int)scenario->swap_count;
    run->asset =
        scenario->hedge_count > 0
            ? scenario->universe.instruments[scenario->hedges[scenario->default_route]].asset
            : 0;
    run->hedged = 1u << run->asset;
    for (int h = 0; h < scenario->hedge_count; h++)
        run->hedged |= 1u << scenario->universe.instruments[scenario->hedges[h]].asset;
    run->has_stake =
        scenario->trade_count > 0 || scenario->hedge_count > 0 || scenario->actual;
    rh_status status = open_parts(run, error);
    if (status != RH_OK) {
        rh_run_close(run);
        return status;
    }
    *out = run;
    return RH_OK;
}

rh_status rh_run_open(const rh_run_request *request, rh_scenario *scenario, bool by_hand,
                      rh_run **run, rh_error *error)
{
    return open_run(request, scenario, by_hand, false, run, error);
}

rh_status rh_run_open_lean(const rh_run_request *request, rh_scenario *scenario, rh_run **run,
                           rh_error *error)
{
    return open_run(request, scenario, false, true, run, error);
}

void rh_run_close(rh_run *run)
{
    if (!run) return;
    rh_run_drop_policy(run);
    for (int p = 0; p < RH_PARTS; p++) rh_buffer_free(&run->streams[p]);
    rh_output_abandon(run);
    rh_digest_free(run->digest);
    rh_market_free(&run->is);
    rh_market_free(&run->known);
    rh_queue_free(&run->queue);
    rh_delay_free(&run->delayed);
    free(run->recent);
    free(run->venues);
    free(run);
}

/* --- market records ------------------------------------------------------------------------ */

static rh_status happened(rh_run *run, rh_error *error)
{
    const rh_record *record = run->next;
    run->events++;
    rh_digest_happened(run, record);
    rh_market_apply(&run->is, record);
    int asset = run->universe->instruments[record->instrument].asset;
    if (run->first_spot_ns[asset] == 0) run->first_spot_ns[asset] = run->is.spot_ns[asset];
    uint64_t key = rh_queue_next_key(&run->queue, RH_CLASS_KNOWN);
    rh_record *later = rh_delay_push(&run->delayed, record->known_ns, key);
    if (!later) return rh_fail(error, RH_LIMIT, "too many records wait to become known");
    *later = *record;
    if (record->kind == RH_RECORD_FUNDING) {
        RH_TRY(rh_queue_push(&run->queue, record->happened_ns, RH_CLASS_FUNDING,
                             record->instrument, 0, error));
    }
    if (run->trade_waits) {
        run->trade_waits = false;
        RH_TRY(rh_queue_push(&run->queue, run->now_ns, RH_CLASS_CLIENT, 0, 0, error));
    }
    if (run->has_stake) {
        rh_net_delta_ahead(&run->net[run->asset], &run->is, run->now_ns, record + 1,
                           run->feed->ready_end);
        rh_run_state_passed(run);
    }
    if (run->orders.live_count > 0) RH_TRY(rh_run_work_orders(run, record->instrument, error));
    run->feed->ready++;
    return rh_run_look_ahead(run, error);
}

static void update_features(rh_run *run, const rh_record *record)
{
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy_part *part = &run->slot.part[p];
        for (int f = 0; part->policy && f < part->policy->feature_count; f++) {
            if (part->feature_instrument[f] == record->instrument) {
                part->features[f]->update(part->features[f], record);
            }
        }
    }
}

static void become_known(rh_run *run)
{
    static const rh_wake_on why[RH_RECORD_KINDS] = {
        [RH_RECORD_TRADE] = RH_ON_TRADE,   [RH_RECORD_BAR] = RH_ON_BAR,
        [RH_RECORD_BAR_POINT] = RH_ON_BAR, [RH_RECORD_QUOTE] = RH_ON_QUOTE,
        [RH_RECORD_VOL] = RH_ON_VOL,       [RH_RECORD_FUNDING] = RH_ON_FUNDING};
    const void *payload = rh_delay_peek(&run->delayed)->payload;
    const rh_record *record = payload;
    rh_delay_pop(&run->delayed);
    rh_market_apply(&run->known, record);
    rh_recent_add_record(run->recent, record);
    run->greeks_valid = 0;
    run->slot.timer_wakes = 0;
    if (!rh_run_policy(run)) return;
    update_features(run, record);
    rh_run_want_wake(run, why[record->kind]);
}

/* --- the loop ------------------------------------------------------------------------------ */

typedef enum source {
    FROM_NOWHERE,
    FROM_FEED,
    FROM_DELAY,
    FROM_TIMER,
    FROM_WAKE,
    FROM_QUEUE
} source;

/* The first of all sources by (time, class, sequence). A feed record is before everything else of
 * its instant; a wake and the policy's own timer are one field each, since there is at most one. */
static source first_of_all(const rh_run *run, int64_t *time_ns)
{
    source from = FROM_NOWHERE;
    rh_event best = {.time_ns = INT64_MAX, .key = UINT64_MAX};
    const rh_event *queued = rh_queue_peek(&run->queue);
    if (queued) {
        best = *queued;
        from = FROM_QUEUE;
    }
    const rh_delayed *delayed = rh_delay_peek(&run->delayed);
    if (delayed) {
        rh_event event = {.time_ns = delayed->known_ns, .key = delayed->key};
        if (rh_event_before(&event, &best)) {
            best = event;
            from = FROM_DELAY;
        }
    }
    if (run->slot.wake_in_ns < INT64_MAX) {
        rh_event event = {.time_ns = run->slot.wake_in_ns, .key = (uint64_t)RH_CLASS_TIMER << 56};
        if (rh_event_before(&event, &best)) {
            best = event;
            from = FROM_TIMER;
        }
    }
    if (run->wake_pending) {
        rh_event event = {.time_ns = run->wake_at_ns, .key = (uint64_t)RH_CLASS_WAKE << 56};
        if (rh_event_before(&event, &best)) {
            best = event;
            from = FROM_WAKE;
        }
    }
    if (run->next_ns < INT64_MAX && run->next_ns <= best.time_ns) {
        best.time_ns = run->next_ns;
        from = FROM_FEED;
    }
    *time_ns = best.time_ns;
    return from;
}

/* The same, for nearly every event without a look at keys: while queue and timer hold nothing for
 * the time being, a record happens before what becomes known, and that before a wake. */
static source first_source(const rh_run *run, int64_t *time_ns)
{
    source from = FROM_FEED;
    int64_t first_ns = run->next_ns;
    const rh_event *queued = rh_queue_peek(&run->queue);
    const rh_delayed *delayed = rh_delay_peek(&run->delayed);
    if (delayed && delayed->known_ns < first_ns) {
        first_ns = delayed->known_ns;
        from = FROM_DELAY;
    }
    if (run->wake_pending && run->wake_at_ns < first_ns) {
        first_ns = run->wake_at_ns;
        from = FROM_WAKE;
    }
    int64_t queued_ns = queued ? queued->time_ns : INT64_MAX;
    bool quiet = first_ns < queued_ns && first_ns < run->slot.wake_in_ns;
    if (!quiet) return first_of_all(run, time_ns);
    *time_ns = first_ns;
    return from;
}

/* How far the hedged book wandered since the last row, its costs aside. */
static void add_error(rh_run *run)
{
    rh_hedging *h = &run->hedging;
    double gross = rh_books_pnl(&run->books) + rh_books_cost(&run->books);
    double change = h->has_row ? gross - h->gross_pnl : 0.0;
    rh_sum_add(&h->error2, change * change);
    h->gross_pnl = gross;
    h->has_row = true;
}

static void tell_row(const rh_run *run)
{
    const rh_run_request *r = run->request;
    if (!r->row) return;
    r->row(r->row_context, rh_books_pnl(&run->books), rh_books_cost(&run->books));
}

/* Row number `row`, the first being 0. */
static rh_status ledger_row(rh_run *run, uint32_t row, rh_error *error)
{
    const rh_scenario *s = run->scenario;
    bool priced = run->is.spot[run->asset] > 0.0; /* rows begin with the first price */
    if (priced && rh_books_can_mark(&run->filled, &run->is)) {
        rh_books_mark(&run->books, &run->is, run->now_ns);
        add_error(run);
        tell_row(run);
        rh_output_ledger(run);
    }
    if (run->now_ns >= s->to_ns) return RH_OK;
    int64_t next = s->to_ns - run->now_ns > s->ledger_ns ? run->now_ns + s->ledger_ns : s->to_ns;
    if (s->ledger_ns == 0) next = rh_scenario_step_ns(s, (int64_t)row + 1);
    return rh_queue_push(&run->queue, next, RH_CLASS_LEDGER, row + 1, 0, error);
}

static rh_status queued_event(rh_run *run, rh_error *error)
{
    rh_event event;
    rh_queue_pop(&run->queue, &event);
    switch (rh_event_get_class(&event)) {
    case RH_CLASS_ORDER:
        if (event.slot == RH_ACTUAL_SLOT) return rh_run_actual(run, error);
        return rh_run_order_event(run, &event, error);
    case RH_CLASS_CLIENT: return rh_run_client_trades(run, error);
    case RH_CLASS_FUNDING: rh_run_funding(run, (int)event.slot, run->is.funding[event.slot]); break;
    case RH_CLASS_SETTLEMENT: return rh_run_settle(run, (int)event.slot, error);
    case RH_CLASS_REPORT: return rh_run_report(run, event.slot, error);
    case RH_CLASS_SWAP:
        run->fork = &run->scenario->swaps[event.slot];
        if (!run->fork->open) return rh_run_swap(run, run->fork, error);
        run->halted = true;
        return RH_OK;
    case RH_CLASS_TIMER: return rh_run_timer(run, &event, error);
    case RH_CLASS_LEDGER: return ledger_row(run, event.slot, error);
    case RH_CLASS_HAPPENED:
    case RH_CLASS_ORACLE:
    case RH_CLASS_BLOCK:
    case RH_CLASS_KNOWN:
    case RH_CLASS_WAKE:
    case RH_CLASSES: break; /* not kept in the queue */
    }
    return RH_OK;
}

/* The next event, when it is not after `until_ns`; *more says whether there was one. */
static rh_status step(rh_run *run, int64_t until_ns, bool *more, rh_error *error)
{
    int64_t time_ns;
    source from = first_source(run, &time_ns);
    *more = from != FROM_NOWHERE && time_ns <= until_ns;
    if (!*more) return RH_OK;
    RH_ASSERT(time_ns >= run->now_ns);
    run->now_ns = run->queue.now_ns = time_ns;
    run->sequence++;
    switch (from) {
    case FROM_FEED: return happened(run, error);
    case FROM_DELAY: become_known(run); return RH_OK;
    case FROM_TIMER:
        run->slot.wake_in_ns = INT64_MAX;
        rh_run_timer_due(run);
        return rh_run_tell_timer(run, error);
    case FROM_WAKE: run->wake_pending = false; return rh_run_wake(run, error);
    case FROM_QUEUE: return queued_event(run, error);
    case FROM_NOWHERE: break;
    }
    return RH_OK;
}

static void show_progress(const rh_run *run)
{
    const rh_scenario *s = run->scenario;
    const rh_run_request *r = run->request;
    if (!r->progress) return;
    double done = (double)(run->now_ns - s->from_ns) / (double)(s->to_ns - s->from_ns);
    r->progress(r->progress_context, done, run->events);
}

rh_status rh_run_end(rh_run *run, rh_error *error)
{
    if (!run->quit) {
        run->now_ns = run->queue.now_ns = run->scenario->to_ns;
        if (run->scenario->end == RH_END_UNWIND) RH_TRY(rh_run_unwind_now(run, error));
    }
    while (run->orders.live_count > 0) { /* what is in flight at the end expires */
        uint32_t slot = run->orders.live[0];
        rh_order *order = &run->orders.slots[slot];
        if (!rh_order_state_final(order->state)) {
            rh_order_end(&run->orders, slot, RH_ORDER_EXPIRED);
            rh_digest_order(run, order);
        }
        order->pending_reports = 0;
        rh_orders_release(&run->orders, slot);
    }
    if (!run->quit && run->trades_entered < run->scenario->trade_count) {
        return rh_fail(error, RH_INPUT,
                       "%zu entries of the portfolio found no price to enter at: "
                       "the feeds have no record for their asset inside the clock",
                       run->scenario->trade_count - run->trades_entered);
    }
    if (rh_books_can_mark(&run->filled, &run->is)) {
        rh_books_mark(&run->books, &run->is, run->now_ns);
        rh_run_state_passed(run);
        if (run->lean) rh_books_value(&run->books, &run->is, run->now_ns);
        else RH_TRY(rh_books_check(&run->books, error));
        if (!run->lean) tell_row(run);
    }
    rh_journal(run, "end", "%llu events, %llu orders, %llu fills", (unsigned long long)run->events,
               (unsigned long long)run->hedging.orders, (unsigned long long)run->hedging.fills);
    return RH_OK;
}

rh_status rh_run_go(rh_run *run, int64_t until_ns, uint64_t max_events, bool *more,
                    rh_error *error)
{
    if (run->halted) return rh_fail(error, RH_STATE, "the run waits for its branch");
    int64_t last_ns = until_ns < run->scenario->to_ns ? until_ns : run->scenario->to_ns;
    *more = !run->quit;
    for (uint64_t n = 0; *more && (max_events == 0 || n < max_events); n++) {
        RH_TRY(step(run, last_ns, more, error));
        if (run->halted) break; /* at a fork: the event of the swap is under way */
        if (run->request->stop && *run->request->stop)
            return rh_fail(error, RH_INTERRUPTED, "interrupted");
        if ((n & PROGRESS_EVENTS) == 0) show_progress(run);
    }
    return RH_OK;
}

bool rh_run_ended(const rh_run *run)
{
    int64_t time_ns;
    if (run->quit) return true;
    return first_of_all(run, &time_ns) == FROM_NOWHERE || time_ns > run->scenario->to_ns;
}
