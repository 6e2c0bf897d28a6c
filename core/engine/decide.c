/* When the policy is called and what it sees: wake conditions in C, the view of what is known and
 * reported, trigger and scale. Reads the market only through `known`, positions only through
 * `reported`. Invariant: the trigger runs at most once per time. */
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

/* --- the view ------------------------------------------------------------------------------ */

static double cash_of(const rh_run *run)
{
    double sum = 0.0;
    for (int c = 0; c < run->universe->currency_count; c++) {
        double amount = run->reported.cash[c];
        if (fabs(amount) > 0.0) sum += amount * rh_market_fx(&run->known, c);
    }
    return sum;
}

static const rh_net_greeks *greeks_of(rh_run *run)
{
    if (!run->greeks_valid || run->greeks_ns != run->now_ns) {
        rh_net_greeks_of(&run->net[run->asset], &run->reported, &run->known, run->now_ns,
                         &run->greeks);
        run->greeks_valid = true;
        run->greeks_ns = run->now_ns;
    }
    return &run->greeks;
}

static double expiry_in(const rh_run *run)
{
    const rh_net_delta *net = &run->net[run->asset];
    int64_t next = INT64_MAX;
    for (int g = 0; g < net->expiry_count; g++) {
        if (net->expiry_ns[g] < next) next = net->expiry_ns[g];
    }
    return next == INT64_MAX ? 1e18 : (double)(next - run->now_ns) * 1e-9;
}

static double view_field(void *host, rh_view_field field)
{
    rh_run *run = host;
    rh_net_delta *net = &run->net[run->asset];
    int64_t now = run->now_ns;
    switch (field) {
    case RH_VIEW_SPOT:
    case RH_VIEW_ORACLE: return run->known.spot[run->asset];
    case RH_VIEW_DELTA:
    case RH_VIEW_DELTA_FILLED: {
        double filled = rh_net_delta_of(net, &run->reported, &run->known, now, true);
        return field == RH_VIEW_DELTA ? filled + rh_run_pending(run) : filled;
    }
    case RH_VIEW_GROSS_DELTA: return rh_gross_delta_of(net, &run->reported, &run->known, now, true);
    case RH_VIEW_GAMMA: return greeks_of(run)->gamma;
    case RH_VIEW_VEGA: return greeks_of(run)->vega;
    case RH_VIEW_THETA: return greeks_of(run)->theta;
    case RH_VIEW_IV: return greeks_of(run)->iv;
    case RH_VIEW_POSITION: return rh_hedge_position_of(net, &run->reported, &run->known);
    case RH_VIEW_PENDING: return rh_run_pending(run);
    case RH_VIEW_CASH: return cash_of(run);
    case RH_VIEW_AGE:
    case RH_VIEW_ORACLE_AGE: return (double)(now - run->known.spot_ns[run->asset]) * 1e-9;
    case RH_VIEW_SINCE_HEDGE: return (double)(now - run->last_order_ns) * 1e-9;
    case RH_VIEW_EXPIRY_IN: return expiry_in(run);
    case RH_VIEW_BASE_FEE:
    case RH_VIEW_FIELDS: break;
    }
    return 0.0;
}

static double view_cost(void *host, double qty)
{
    return rh_run_cost(host, qty);
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

static const rh_view_ops view_ops = {view_field, view_cost, view_wake_outside, view_wake_in};

void rh_run_fill_view(rh_run *run, rh_view *view)
{
    double filled =
        rh_net_delta_of(&run->net[run->asset], &run->reported, &run->known, run->now_ns, true);
    view->time_ns = run->now_ns;
    view->ops = &view_ops;
    view->host = run;
    view->eager[RH_VIEW_SPOT] = run->known.spot[run->asset];
    view->eager[RH_VIEW_DELTA_FILLED] = filled;
    view->eager[RH_VIEW_PENDING] = rh_run_pending(run);
    view->eager[RH_VIEW_DELTA] = filled + view->eager[RH_VIEW_PENDING];
    view->eager_mask = 1u << RH_VIEW_SPOT | 1u << RH_VIEW_DELTA_FILLED | 1u << RH_VIEW_PENDING |
                       1u << RH_VIEW_DELTA;
}

/* --- wake conditions ----------------------------------------------------------------------- */

static bool beyond(const rh_run *run, const rh_view *view)
{
    const rh_policy_slot *slot = &run->slot;
    const rh_wake *wake = &rh_run_policy(run)->wake;
    double delta = view->eager[RH_VIEW_DELTA];
    if (!isnan(slot->wake_lo)) return delta < slot->wake_lo || delta > slot->wake_hi;
    if (isnan(wake->delta_beyond)) return false;
    double band = wake->delta_beyond;
    if (wake->delta_unit == RH_BAND_QUOTE) delta *= view->eager[RH_VIEW_SPOT];
    if (wake->delta_unit == RH_BAND_PERCENT) {
        band *= 0.01 * rh_view_number(view, RH_VIEW_GROSS_DELTA);
    }
    return fabs(delta) > band;
}

static bool moved(const rh_run *run, const rh_view *view)
{
    double beyond_share = rh_run_policy(run)->wake.move_beyond, last = run->slot.last_spot;
    if (isnan(beyond_share)) return false;
    if (!(last > 0.0)) return true; /* the first call sets the reference */
    return fabs(view->eager[RH_VIEW_SPOT] / last - 1.0) > beyond_share;
}

static bool is_due(const rh_run *run, const rh_view *view, uint32_t seen, bool timer_due)
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
    if (!run->priced || !(run->known.spot[run->asset] > 0.0)) return RH_OK;
    slot->seen = 0;
    slot->timer_due = false;
    run->woke_ns = run->now_ns;
    uint32_t generation = slot->generation;
    if (run->expired_count > 0) RH_TRY(rh_run_tell_expiries(run, error));
    if (slot->generation != generation) return RH_OK; /* killed by what it was told */
    rh_run_fill_view(run, &view);
    if (!is_due(run, &view, seen, timer_due) || !features_ready(run)) return RH_OK;
    slot->calls++;
    slot->last_spot = view.eager[RH_VIEW_SPOT];
    why.message[0] = '\0';
    rh_status status = part->policy->methods->trigger(part->policy, &view, part->feature_values,
                                                      &decision, &kind, &why);
    if (status == RH_POLICY) return rh_run_killed(run, kind, &why, error);
    if (status != RH_OK) return rh_fail(error, status, "%s", why.message);
    run->trigger_gas = part->policy->gas;
    return decision.fire ? scale_and_submit(run, &view, &decision, error) : RH_OK;
}
