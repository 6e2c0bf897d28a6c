/* What happens to the book that no policy decides: entries and client trades, settlements, funding,
 * and the running measure of the hedging error. Both position states change here at one time. */
#include <math.h>

#include "base/text.h"
#include "engine/run.h"
#include "math/kernels.h"

rh_status rh_run_rebuild(rh_run *run, rh_error *error)
{
    for (int a = 0; a < run->universe->asset_count; a++) {
        RH_TRY(rh_net_delta_rebuild(&run->net[a], &run->filled, &run->reported, error));
    }
    run->greeks_valid = 0;
    run->priced = false;
    return RH_OK;
}

void rh_run_state_passed(rh_run *run)
{
    rh_hedging *h = &run->hedging;
    if (!run->books.open || h->over) return;
    rh_hedging_hold(h, run->now_ns, run->last_expiry_ns);
    if (run->now_ns > run->last_expiry_ns) return;
    rh_hedging_take(
        h, rh_net_delta_of(&run->net[run->asset], &run->filled, &run->is, run->now_ns, false));
}

double rh_hedging_rms_delta(const rh_hedging *h)
{
    double span_ns = (double)(h->since_ns - h->started_ns);
    return span_ns > 0.0 ? sqrt(rh_sum_value(&h->delta2_ns) / span_ns) : 0.0;
}

/* --- entries and client trades ------------------------------------------------------------- */

static void journal_entry(rh_run *run, const rh_book_trade *trade, double price)
{
    char qty_text[RH_NUMBER_TEXT], price_text[RH_NUMBER_TEXT];
    if (run->lean) return;
    rh_text_double(qty_text, trade->qty);
    rh_text_double(price_text, price);
    rh_journal(run, "client_trade", "%s %s at %s", qty_text,
               run->universe->instruments[trade->instrument].name, price_text);
}

/* What an entry brings in, with the interest that it will have earned at the end. */
static void note_premium(rh_run *run, const rh_instrument *i, double cash)
{
    double growth = rh_books_growth(&run->books, i->settle, run->now_ns);
    double worth = rh_future_value(cash, growth);
    rh_sum_add(&run->premium[i->settle], worth);
}

static rh_status enter(rh_run *run, const rh_book_trade *trade, rh_error *error)
{
    const rh_instrument *i = &run->universe->instruments[trade->instrument];
    bool option = i->kind == RH_INSTRUMENT_OPTION;
    bool margined = i->kind == RH_INSTRUMENT_PERP || i->kind == RH_INSTRUMENT_FUTURE;
    double mark = option ? rh_option_mark(&run->is, trade->instrument, run->now_ns, false)
                         : rh_market_mid(&run->is, trade->instrument);
    double price = isnan(trade->price) ? mark : trade->price;
    if (run->now_ns >= i->expiry_ns) {
        return rh_fail(error, RH_INPUT, "%s expired before the feeds gave it a first price",
                       i->name);
    }
    rh_books_entry(&run->books, &run->is, run->now_ns, trade->instrument, trade->qty, price);
    if (run->lean && !margined) note_premium(run, i, -(trade->qty * price));
    rh_positions_trade(&run->reported, RH_LAYER_BOOK, trade->instrument, trade->qty, price, 0.0);
    double value[6] = {trade->qty, price, mark};
    rh_digest_event(run, RH_TAG_CASH, (uint32_t)trade->instrument, run->now_ns, value);
    journal_entry(run, trade, price);
    return RH_OK;
}

static bool has_price(const rh_run *run, const rh_book_trade *trade)
{
    return rh_unit_has_price(&run->is, trade->instrument) &&
           rh_books_can_mark(&run->filled, &run->is);
}

/* An entry whose asset has no price yet waits for it, and holds up nobody else's. */
rh_status rh_run_client_trades(rh_run *run, rh_error *error)
{
    const rh_scenario *s = run->scenario;
    size_t before = run->trades_entered;
    run->trade_waits = false;
    for (size_t t = run->trades_first; t < s->trade_count; t++) {
        const rh_book_trade *trade = &s->trades[t];
        if (trade->time_ns > run->now_ns) break;
        if (run->entered[t]) continue;
        if (!has_price(run, trade)) {
            run->trade_waits = true; /* for the next record */
            continue;
        }
        RH_TRY(enter(run, trade, error));
        run->entered[t] = true;
        run->trades_entered++;
    }
    while (run->trades_first < s->trade_count && run->entered[run->trades_first]) {
        run->trades_first++;
    }
    if (run->trades_entered == before) return RH_OK;
    RH_TRY(rh_run_rebuild(run, error));
    rh_run_state_passed(run);
    rh_run_want_wake(run, RH_ON_CLIENT);
    return RH_OK;
}

/* --- settlement ---------------------------------------------------------------------------- */

/* Of the book: options that are hedges go when there is nothing left to hedge. */
static bool options_alive(const rh_run *run, int asset)
{
    for (int i = 0; i < run->universe->instrument_count; i++) {
        const rh_instrument *o = &run->universe->instruments[i];
        bool held = fabs(run->filled.held[RH_LAYER_BOOK][i].qty) > 0.0;
        if (o->kind == RH_INSTRUMENT_OPTION && o->asset == asset && held) return true;
    }
    return false;
}

/* Nothing remains of an order whose instrument is gone, filled or not. */
static void expire_orders(rh_run *run, int instrument)
{
    for (int k = run->orders.live_count - 1; k >= 0; k--) { /* a release shifts the later ones */
        uint32_t slot = run->orders.live[k];
        rh_order *order = &run->orders.slots[slot];
        if (order->instrument != instrument) continue;
        order->reported_remaining = 0.0;
        if (rh_order_state_final(order->state)) continue;
        rh_order_end(&run->orders, slot, RH_ORDER_EXPIRED);
        rh_digest_order(run, order);
        rh_orders_release(&run->orders, slot);
    }
}

/* While options are left only the expired ones' share of the hedge goes; then all of it. */
static rh_status unwind(rh_run *run, int asset, double released, rh_error *error)
{
    if (run->flattening) return RH_OK; /* all of it is going anyway */
    run->forced = true;
    rh_status status = options_alive(run, asset) ? rh_run_release(run, asset, released, error)
                                                 : rh_run_flatten(run, 1u << asset, error);
    run->forced = false;
    return status;
}

/* Settlements of one instant are one change of the book: the states between two of them are none,
 * and the hedge that is released is that of all the options together. */
static rh_status settled(rh_run *run, rh_error *error)
{
    const rh_event *next = rh_queue_peek(&run->queue);
    bool more =
        next && next->time_ns == run->now_ns && rh_event_get_class(next) == RH_CLASS_SETTLEMENT;
    if (more) return RH_OK;
    if (run->now_ns < run->last_expiry_ns) {
        rh_run_state_passed(run);
    } else {
        rh_hedging_finish(&run->hedging, run->now_ns, run->last_expiry_ns);
    }
    uint32_t options = run->options_settled;
    run->options_settled = 0;
    for (int a = 0; options != 0 && a < run->universe->asset_count; a++) {
        double released = run->released_delta[a];
        run->released_delta[a] = 0.0;
        if (!(options >> a & 1u) || !run->scenario->unwind_at_expiry) continue;
        if (run->scenario->actual) continue; /* it is known what they did */
        RH_TRY(unwind(run, a, released, error));
    }
    return rh_run_flatten_when_idle(run, error);
}

static double delta_now(rh_run *run, int asset)
{
    return rh_net_delta_of(&run->net[asset], &run->filled, &run->is, run->now_ns, false);
}

static void journal_settlement(rh_run *run, int instrument, double market, double paid)
{
    const rh_instrument *i = &run->universe->instruments[instrument];
    char text[RH_NUMBER_TEXT], paid_text[RH_NUMBER_TEXT];
    if (run->lean) return;
    rh_text_double(text, market);
    rh_text_double(paid_text, paid);
    rh_journal(run, "settlement", "%s settles at %s, cash %s %s", i->name, text, paid_text,
               run->universe->currencies[i->settle].name);
}

/* Closed, but the news of it is still on its way: what the policy knows of settles all the same,
 * and the late report is settled against it. */
static rh_status settle_reported(rh_run *run, int instrument, double market, rh_error *error)
{
    const rh_instrument *i = &run->universe->instruments[instrument];
    double told[RH_LAYERS];
    if (!(market > 0.0) || !rh_positions_holds(&run->reported, instrument)) return RH_OK;
    bool option = i->kind == RH_INSTRUMENT_OPTION;
    double price = option ? rh_option_payoff(i, market) : market;
    rh_positions_settle(&run->reported, instrument, price, told);
    return rh_run_rebuild(run, error);
}

rh_status rh_run_settle(rh_run *run, int instrument, rh_error *error)
{
    const rh_instrument *i = &run->universe->instruments[instrument];
    bool option = i->kind == RH_INSTRUMENT_OPTION, ours = option && (run->hedged >> i->asset & 1u);
    double paid[RH_LAYERS], told[RH_LAYERS];
    double market = run->is.spot[i->asset]; /* the asset's market at expiry */
    expire_orders(run, instrument);
    run->settled_at[instrument] = market;
    if (!rh_positions_holds(&run->filled, instrument) || !(market > 0.0)) {
        RH_TRY(settle_reported(run, instrument, market, error));
        return settled(run, error);
    }
    double before = ours ? delta_now(run, i->asset) : 0.0;
    double qty = rh_positions_qty(&run->filled, instrument);
    double price = option ? rh_option_payoff(i, market) : market;
    rh_books_settle(&run->books, &run->is, run->now_ns, instrument, price, paid);
    rh_positions_settle(&run->reported, instrument, price, told);
    double value[6] = {qty, market, price, paid[0], paid[1]};
    rh_digest_event(run, RH_TAG_SETTLEMENT, (uint32_t)instrument, run->now_ns, value);
    journal_settlement(run, instrument, market, paid[0] + paid[1]);
    RH_TRY(rh_run_rebuild(run, error));
    if (ours) {
        run->released_delta[i->asset] += before - delta_now(run, i->asset);
        run->options_settled |= 1u << i->asset;
    }
    if (option) rh_run_note_expiry(run, instrument, qty, price);
    rh_run_want_wake(run, RH_ON_EXPIRY);
    return settled(run, error);
}

/* --- funding ------------------------------------------------------------------------------- */

static void fund_one(rh_run *run, int instrument, double rate)
{
    const rh_instrument *i = &run->universe->instruments[instrument];
    if (i->kind != RH_INSTRUMENT_PERP || !rh_positions_holds(&run->filled, instrument)) return;
    double paid = rh_books_funding(&run->books, &run->is, run->now_ns, instrument, rate);
    run->reported.cash[i->settle] += paid;
    double value[6] = {rate, paid};
    rh_digest_event(run, RH_TAG_CASH, (uint32_t)instrument, run->now_ns, value);
}

void rh_run_funding(rh_run *run, int instrument, double rate)
{
    const rh_instrument *from = &run->universe->instruments[instrument];
    fund_one(run, instrument, rate);
    if (from->kind == RH_INSTRUMENT_PERP) return;
    /* A funding series on the asset's spot feed serves the perps that follow it. */
    for (int i = 0; i < run->universe->instrument_count; i++) {
        const rh_instrument *perp = &run->universe->instruments[i];
        if (perp->asset == from->asset && !perp->has_feed) fund_one(run, i, rate);
    }
}
