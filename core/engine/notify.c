/* What a policy is told: fills, rejections, expiries, its timer. Each notice reaches every script
 * that declares the callback, the trigger's first, at the time when it is known and before the
 * trigger of that time. Must not trade; a callback that fails kills the policy as any call does. */
#include "engine/run.h"

static rh_status tell(rh_run *run, const rh_notice *notice, rh_error *error)
{
    rh_view view;
    bool filled = false;
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy *policy = run->slot.part[p].policy;
        if (!policy || !(policy->told >> notice->kind & 1u)) continue;
        if (!filled) rh_run_fill_view(run, &view);
        filled = true;
        rh_kill_kind kind = RH_KILL_ERROR;
        rh_error why = {0};
        rh_status status = policy->methods->notify(policy, &view, notice, &kind, &why);
        if (status == RH_POLICY) return rh_run_killed(run, kind, &why, error);
        if (status != RH_OK) return rh_fail(error, status, "%s", why.message);
    }
    return RH_OK;
}

static bool wanted(const rh_run *run, rh_notice_kind kind)
{
    uint32_t told = 0;
    for (int p = 0; p < RH_PARTS; p++) {
        if (run->slot.part[p].policy) told |= run->slot.part[p].policy->told;
    }
    return (told >> kind & 1u) != 0;
}

rh_status rh_run_tell_fill(rh_run *run, const rh_order *order, const rh_report_slip *slip,
                           rh_error *error)
{
    if (!wanted(run, RH_NOTICE_FILL)) return RH_OK;
    const rh_instrument *i = &run->universe->instruments[order->instrument];
    rh_notice notice = {.kind = RH_NOTICE_FILL,
                        .order = order->id,
                        .instrument = i->name,
                        .qty = slip->qty * order->qty_per_unit,
                        .price = slip->price,
                        .fee = slip->fee * rh_market_fx(&run->known, i->settle),
                        .remaining = order->reported_remaining * order->qty_per_unit};
    return tell(run, &notice, error);
}

rh_status rh_run_tell_reject(rh_run *run, const rh_order *order, const char *reason,
                             rh_error *error)
{
    if (!wanted(run, RH_NOTICE_REJECT)) return RH_OK;
    rh_notice notice = {.kind = RH_NOTICE_REJECT,
                        .order = order->id,
                        .instrument = run->universe->instruments[order->instrument].name,
                        .qty = order->qty * order->qty_per_unit,
                        .reason = reason};
    return tell(run, &notice, error);
}

rh_status rh_run_tell_timer(rh_run *run, rh_error *error)
{
    const rh_notice notice = {.kind = RH_NOTICE_TIMER};
    return wanted(run, RH_NOTICE_TIMER) ? tell(run, &notice, error) : RH_OK;
}

/* Settlements come before what becomes known at their time, so the news waits for the wake. */
void rh_run_note_expiry(rh_run *run, int instrument, double qty, double price)
{
    if (!wanted(run, RH_NOTICE_EXPIRY)) return;
    RH_ASSERT(run->expired_count < RH_INSTRUMENTS_MAX); /* an instrument expires once */
    run->expired[run->expired_count++] = (rh_expired){instrument, qty, price};
}

rh_status rh_run_tell_expiries(rh_run *run, rh_error *error)
{
    for (int k = 0; k < run->expired_count; k++) {
        const rh_expired *e = &run->expired[k];
        const rh_instrument *i = &run->universe->instruments[e->instrument];
        rh_notice notice = {.kind = RH_NOTICE_EXPIRY,
                            .instrument = i->name,
                            .qty = e->qty,
                            .price = e->price,
                            .option = rh_option_word(i),
                            .strike = i->strike,
                            .expiry_ns = i->expiry_ns};
        RH_TRY(tell(run, &notice, error));
    }
    run->expired_count = 0;
    return RH_OK;
}
