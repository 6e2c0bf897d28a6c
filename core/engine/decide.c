/* When the policy is called: wake conditions in C, then trigger and scale. Reads the market only
 * through `known`, positions only through `reported`; what a policy sees is in view.c.
 * Invariant: the trigger runs at most once per time. */
#include <math.h>
#include <string.h>

#include "engine/run.h"

void rh_run_want_wake(rh_run *run, rh_wake_on why)
{
    if (!rh_run_policy(run)) return;
    run->slot.seen |= 1u << why;
    if (run->woke_ns == run->now_ns) return; /* already had its turn */
    run->wake_pending = true;
    run->wake_at_ns = run->now_ns;
}

void rh_run_timer_due(rh_run *run)
{
    if (!rh_run_policy(run)) return;
    run->slot.timer_due = true;
    if (run->woke_ns == run->now_ns) return;
    run->wake_pending = true;
    run->wake_at_ns = run->now_ns;
}

rh_status rh_run_timer(rh_run *run, const rh_event *event, rh_error *error)
{
    const rh_policy_slot *slot = &run->slot;
    const rh_policy *policy = rh_run_policy(run);
    if (!policy || event->stamp != slot->generation) return RH_OK;
    rh_run_timer_due(run);
    int64_t every = policy->wake.every_ns;
    if (every > run->scenario->to_ns - run->now_ns) return RH_OK;
    return rh_queue_push(&run->queue, run->now_ns + every, RH_CLASS_TIMER, 0, slot->generation,
                         error);
}

/* --- wake conditions ----------------------------------------------------------------------- */

/* The other assets of a portfolio, each against the same band. */
static bool another_beyond(rh_run *run)
{
    const rh_wake *wake = &rh_run_policy(run)->wake;
    for (int a = 0; a < run->universe->asset_count; a++) {
        if (a == run->asset || !(run->hedged >> a & 1u)) continue;
        double delta = rh_run_asset_field(run, a, RH_VIEW_DELTA), band = wake->delta_beyond;
        if (wake->delta_unit == RH_BAND_QUOTE) delta *= run->known.spot[a];
        if (wake->delta_unit == RH_BAND_PERCENT)
            band *= 0.01 * rh_run_asset_field(run, a, RH_VIEW_GROSS_DELTA);
        if (fabs(delta) > band) return true;
    }
    return false;
}

static bool beyond(rh_run *run, const rh_view *view)
{
    const rh_policy_slot *slot = &run->slot;
    const rh_wake *wake = &rh_run_policy(run)->wake;
    double delta = view->eager[RH_VIEW_DELTA];
    if (!isnan(slot->wake_lo)) return delta < slot->wake_lo || delta > slot->wake_hi;
    if (isnan(wake->delta_beyond)) return false;
    if (run->hedged != 1u << run->asset && another_beyond(run)) return true;
    double band = wake->delta_beyond;
    if (wake->delta_unit == RH_BAND_QUOTE) delta *= view->eager[RH_VIEW_SPOT];
    if (wake->delta_unit == RH_BAND_PERCENT) {
        band *= 0.01 * rh_view_number(view, RH_VIEW_GROSS_DELTA);
    }
    return fabs(delta) > band;
}

bool rh_run_wakes_by_band(const rh_run *run)
{
    const rh_wake *wake = &rh_run_policy(run)->wake;
    bool else_wakes = wake->always || wake->on != 0 || !isnan(wake->move_beyond);
    return !else_wakes && !isnan(wake->delta_beyond) && wake->delta_unit == RH_BAND_ASSET &&
           run->hedged == 1u << run->asset;
}

static bool moved(const rh_run *run, const rh_view *view)
{
    double beyond_share = rh_run_policy(run)->wake.move_beyond, last = run->slot.last_spot;
    if (isnan(beyond_share)) return false;
    if (!(last > 0.0)) return true; /* the first call sets the reference */
    return fabs(view->eager[RH_VIEW_SPOT] / last - 1.0) > beyond_share;
}

bool rh_run_is_due(rh_run *run, const rh_view *view, uint32_t seen, bool timer_due)
{
    const rh_wake *wake = &rh_run_policy(run)->wake;
    if (wake->always || timer_due || (seen & wake->on)) return true;
    return beyond(run, view) || moved(run, view);
}

static bool features_ready(rh_run *run)
{
    bool ready = true;
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy_part *part = &run->slot.part[p];
        for (int f = 0; part->policy && f < part->policy->feature_count; f++) {
            rh_feature *feature = part->features[f];
            ready &= feature->value(feature, run->now_ns, &part->feature_values[f]);
        }
    }
    return ready;
}

void rh_run_band(const rh_run *run, double *lo, double *hi)
{
    const rh_policy_slot *slot = &run->slot;
    const rh_policy *policy = slot->part[RH_PART_TRIGGER].policy;
    double half = policy ? policy->wake.delta_beyond : (double)NAN;
    *lo = policy ? slot->band_lo : (double)NAN;
    *hi = policy ? slot->band_hi : (double)NAN;
    if (policy && !isnan(slot->wake_lo)) {
        *lo = slot->wake_lo;
        *hi = slot->wake_hi;
    } else if (!isnan(half) && policy->wake.delta_unit != RH_BAND_PERCENT) {
        if (policy->wake.delta_unit == RH_BAND_QUOTE) half /= run->known.spot[run->asset];
        *lo = -half;
        *hi = half;
    }
}

/* --- the call ------------------------------------------------------------------------------ */

/* The work of both calls on the simulated clock. */
static int64_t time_to_decide(const rh_run *run, const rh_policy *scale)
{
    double spent_ns = run->scenario->compute_ns_per_gas * (double)(run->trigger_gas + scale->gas);
    return spent_ns < 1e15 ? (int64_t)spent_ns : INT64_C(1000000000000000);
}

static rh_status scale_and_submit(rh_run *run, const rh_view *view, const rh_decision *decision,
                                  rh_error *error)
{
    rh_order_request requests[RH_ORDERS_PER_CALL_MAX];
    size_t count = 0;
    rh_kill_kind kind = RH_KILL_ERROR;
    rh_error why = {0};
    rh_policy_part *part = rh_run_scale_part(run);
    rh_status status =
        part->policy->methods->scale(part->policy, view, part->feature_values, decision->lo,
                                     decision->hi, requests, &count, &kind, &why);
    if (status == RH_POLICY) return rh_run_killed(run, kind, &why, error);
    if (status != RH_OK) return rh_fail(error, status, "%s", why.message);
    uint32_t generation = run->slot.generation;
    run->thought_ns = time_to_decide(run, part->policy);
    for (size_t k = 0; k < count && run->slot.generation == generation && status == RH_OK; k++) {
        status = rh_run_submit(run, &requests[k], error);
    }
    run->thought_ns = 0;
    return status;
}

static int64_t gas_spent(const rh_run *run)
{
    int64_t gas = 0;
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = run->slot.part[p].policy;
        if (policy) gas += policy->gas_spent;
    }
    return gas;
}

/* A script may be woken by timers while nothing happens, but not so often that a run takes for
 * ever: it has a budget until the next record is known, and at least one a minute. */
static bool timers_are_spent(rh_run *run)
{
    rh_policy_slot *slot = &run->slot;
    int64_t gas = gas_spent(run), minute_ns = INT64_C(60000000000);
    if (slot->timer_wakes++ == 0 || run->now_ns - slot->timer_from_ns >= minute_ns) {
        slot->timer_wakes = 1;
        slot->timer_from_ns = run->now_ns;
        slot->timer_gas_from = gas;
    }
    if (gas == 0) return false; /* native */
    int64_t work = RH_TIMER_GAS * (int64_t)slot->timer_wakes + gas - slot->timer_gas_from;
    return work > RH_TIMER_GAS_MAX;
}

static rh_status kill_for_timers(rh_run *run, rh_error *error)
{
    rh_error why = {0};
    rh_fail(&why, RH_POLICY, "instruction limit: woken %u times by timers in %.3g s without news; "
            "each counts %d, all together may be %d", run->slot.timer_wakes,
            (double)(run->now_ns - run->slot.timer_from_ns) * 1e-9, RH_TIMER_GAS, RH_TIMER_GAS_MAX);
    return rh_run_killed(run, RH_KILL_INSTRUCTIONS, &why, error);
}

/* Every asset that is hedged has shown a price. */
static bool hedges_priced(const rh_run *run)
{
    for (uint32_t a = 0, left = run->hedged; left != 0; a++, left >>= 1)
        if ((left & 1u) && !(run->known.spot[a] > 0.0)) return false;
    return true;
}

rh_status rh_run_wake(rh_run *run, rh_error *error)
{
    rh_policy_slot *slot = &run->slot;
    rh_policy_part *part = &slot->part[RH_PART_TRIGGER];
    uint32_t seen = slot->seen;
    bool timer_due = slot->timer_due;
    rh_view view;
    rh_decision decision = {0};
    rh_kill_kind kind = RH_KILL_ERROR;
    rh_error why;
    if (!part->policy) return RH_OK;
    if (!run->priced) run->priced = rh_books_can_mark(&run->reported, &run->known);
    /* Until prices are known the reasons to wake are kept for the first wake that can see them. */
    if (!run->priced || !hedges_priced(run)) return RH_OK;
    slot->seen = 0;
    slot->timer_due = false;
    run->woke_ns = run->now_ns;
    uint32_t generation = slot->generation;
    if (timer_due && timers_are_spent(run)) return kill_for_timers(run, error);
    if (run->expired_count > 0) RH_TRY(rh_run_tell_expiries(run, error));
    if (slot->generation != generation) return RH_OK; /* killed by what it was told */
    rh_run_fill_view(run, &view);
    rh_recent_add_view(run->recent, &view);
    if (!rh_run_is_due(run, &view, seen, timer_due) || !features_ready(run)) return RH_OK;
    slot->calls++;
    slot->last_spot = view.eager[RH_VIEW_SPOT];
    why.message[0] = '\0';
    rh_status status = part->policy->methods->trigger(part->policy, &view, part->feature_values,
                                                      &decision, &kind, &why);
    if (status == RH_POLICY) return rh_run_killed(run, kind, &why, error);
    if (status != RH_OK) return rh_fail(error, status, "%s", why.message);
    bool means_band = decision.lo < decision.hi;
    slot->band_lo = means_band ? decision.lo : (double)NAN;
    slot->band_hi = means_band ? decision.hi : (double)NAN;
    run->trigger_gas = part->policy->gas;
    return decision.fire ? scale_and_submit(run, &view, &decision, error) : RH_OK;
}
