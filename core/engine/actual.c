/* Recorded hedges in a run: each is booked at its price and time. Decides nothing and asks no
 * venue. Invariant: what a fill cost beside the mid of its time is booked in full, so that the
 * identities of the books hold whatever the price. */
#include "engine/actual.h"

#include <math.h>

#include "base/text.h"
#include "engine/run.h"

rh_status rh_run_actual_schedule(rh_run *run, rh_error *error)
{
    const rh_actual *actual = run->scenario->actual;
    if (!actual || run->actual_next >= actual->count) return RH_OK;
    return rh_queue_push(&run->queue, actual->fills[run->actual_next].time_ns, RH_CLASS_ORDER,
                         RH_ACTUAL_SLOT, 0, error);
}

/* What it cost beside the mid, of which the kinds that the file knows keep their part. */
static void work_out_spread(const rh_instrument *i, rh_fill_booking *fill)
{
    static const int in_price[] = {RH_COST_depth, RH_COST_impact, RH_COST_adversary};
    double spread = fill->qty * (rh_unit_settle_value(i, fill->price) -
                                 rh_unit_settle_value(i, fill->mid_arrival));
    for (size_t k = 0; k < sizeof in_price / sizeof *in_price; k++)
        spread -= fill->cost[in_price[k]];
    fill->cost[RH_COST_spread] = spread;
}

static rh_status no_price(const rh_run *run, const rh_actual_fill *from, rh_error *error)
{
    char time[RH_TIME_TEXT];
    rh_text_time(time, from->time_ns);
    return rh_fail(error, RH_INPUT, "%s:%ld: %s has no price on the tape at %s",
                   run->scenario->actual->name, from->line,
                   run->universe->instruments[from->instrument].name, time);
}

static rh_status book(rh_run *run, const rh_actual_fill *from, rh_error *error)
{
    const rh_instrument *i = &run->universe->instruments[from->instrument];
    bool priced = rh_unit_has_price(&run->is, from->instrument) &&
                  rh_books_can_mark(&run->filled, &run->is);
    if (!priced) return no_price(run, from, error);
    double mid = rh_unit_mid(&run->is, from->instrument, run->now_ns);
    rh_fill_booking fill = {.instrument = from->instrument, .qty = from->qty, .price = from->price,
                            .mid_arrival = mid,
                            .mid_decision = isnan(from->mid_decision) ? mid : from->mid_decision};
    for (int k = 0; k < RH_COST_KINDS; k++) fill.cost[k] = from->cost[k];
    work_out_spread(i, &fill);
    rh_books_fill(&run->books, &run->is, run->now_ns, &fill);
    rh_positions_trade(&run->reported, RH_LAYER_HEDGE, from->instrument, from->qty, from->price,
                       fill.cost[RH_COST_fee] + fill.cost[RH_COST_gas]);
    double notional = rh_unit_notional(i, from->qty, from->price);
    rh_sum_add(&run->hedging.turnover, notional * rh_market_fx(&run->is, i->settle));
    run->hedging.fills++;
    double value[6] = {fill.qty, fill.price, fill.cost[RH_COST_spread], fill.cost[RH_COST_depth],
                       fill.cost[RH_COST_fee], fill.cost[RH_COST_latency]};
    const rh_order record = {.id = (uint32_t)run->hedging.fills, .instrument = from->instrument};
    rh_digest_event(run, RH_TAG_FILL, record.id, run->now_ns, value);
    rh_output_fill(run, &record, &fill);
    RH_TRY(rh_run_rebuild(run, error));
    rh_run_state_passed(run);
    return RH_OK;
}

rh_status rh_run_actual(rh_run *run, rh_error *error)
{
    const rh_actual *actual = run->scenario->actual;
    while (run->actual_next < actual->count &&
           actual->fills[run->actual_next].time_ns <= run->now_ns) {
        RH_TRY(book(run, &actual->fills[run->actual_next++], error));
    }
    return rh_run_actual_schedule(run, error);
}
