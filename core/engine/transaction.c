/* A swap as a transaction: the new policy is compiled in a VM of its own, given the live one's
 * state, tried on the recent wakes, thrown away, and made a second time to go live. Must not change
 * the run: until the caller commits, the old policy trades on as if nobody had asked. What a
 * refused candidate has seen, drawn or ordered is gone with its VM. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/run.h"

/* --- made, with the state of what it replaces ---------------------------------------------- */

rh_policy *rh_run_live(const rh_run *run, rh_part part)
{
    const rh_policy_slot *slot = &run->slot;
    return part == RH_PART_SCALE && slot->part[part].policy ? slot->part[part].policy
                                                            : slot->part[RH_PART_TRIGGER].policy;
}

/* Whose state a new script takes over: the live one of its part; one that gives both takes that of
 * the part with its name. */
static const rh_policy *heir_of(const rh_run *run, const rh_parts *parts, rh_part part)
{
    const rh_policy *scale = rh_run_live(run, RH_PART_SCALE), *made = parts->part[part].policy;
    bool by_name = parts->whole && scale && !strcmp(scale->name, made->name);
    return by_name ? scale : rh_run_live(run, part);
}

static rh_status carry_state(rh_run *run, rh_candidate *candidate, rh_error *error)
{
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy *made = candidate->parts.part[p].policy;
        rh_buffer state = {0};
        if (!made) continue;
        const rh_policy *old = heir_of(run, &candidate->parts, (rh_part)p);
        if (!old || !old->methods->save_state || !made->methods->load_state) continue;
        rh_status status = old->methods->save_state(old, &state, error);
        candidate->state_bytes[p] = state.length;
        if (status == RH_OK && state.length > 0) {
            status = made->methods->load_state(made, state.bytes, state.length, old->name,
                                               old->version, error);
        }
        rh_buffer_free(&state);
        RH_TRY(status);
    }
    return RH_OK;
}

static bool decided_by_machine(const rh_parts *parts)
{
    for (int p = 0; p < RH_PARTS; p++)
        if (parts->part[p].policy && !parts->part[p].policy->reproducible) return true;
    return false;
}

rh_status rh_candidate_make(rh_run *run, const rh_policy_pick *pick, rh_purpose why,
                            rh_candidate *candidate, rh_error *error)
{
    const rh_policy_choice *choice = pick->choice;
    bool both = pick->whole || (rh_choice_given(&choice[0]) && rh_choice_given(&choice[1]));
    *candidate = (rh_candidate){0};
    if (!both && !rh_run_policy(run)) {
        return rh_fail(error, RH_POLICY,
                       "no policy is live: a swap of one part needs the other; name both");
    }
    RH_TRY(rh_parts_keep_streams(run, error)); /* a copy: drawing from it moves nobody's */
    RH_TRY(rh_parts_load(run, pick, why, &candidate->parts, error));
    rh_status status = carry_state(run, candidate, error);
    if (status != RH_OK) {
        run->machine_refused |= decided_by_machine(&candidate->parts);
        rh_parts_free(&candidate->parts);
    }
    return status;
}

/* --- features from the recent records ------------------------------------------------------ */

static void feed(rh_policy_part *part, const rh_record *record)
{
    for (int f = 0; part->policy && f < part->policy->feature_count; f++) {
        if (part->feature_instrument[f] != record->instrument) continue;
        part->features[f]->update(part->features[f], record);
    }
}

/* Feed records from *next on, as long as they are known at `until_ns`. */
static void warm_up(const rh_recent *recent, rh_parts *parts, uint64_t *next, int64_t until_ns)
{
    for (; *next < recent->record_count; ++*next) {
        const rh_record *record = &recent->records[*next & (RH_WARM_UP_RECORDS - 1)];
        if (record->known_ns > until_ns) return;
        for (int p = 0; p < RH_PARTS; p++) feed(&parts->part[p], record);
    }
}

static uint64_t oldest_record(const rh_recent *recent)
{
    return recent->record_count > RH_WARM_UP_RECORDS ? recent->record_count - RH_WARM_UP_RECORDS
                                                     : 0;
}

static bool all_ready(rh_parts *parts, int64_t now_ns)
{
    bool ready = true;
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy_part *part = &parts->part[p];
        for (int f = 0; part->policy && f < part->policy->feature_count; f++) {
            rh_feature *feature = part->features[f];
            ready &= feature->value(feature, now_ns, &part->feature_values[f]);
        }
    }
    return ready;
}

/* --- the trial ----------------------------------------------------------------------------- */

static void ignore_wake_outside(void *host, double lo, double hi)
{
    (void)host, (void)lo, (void)hi;
}

static void ignore_wake_in(void *host, int64_t duration_ns)
{
    (void)host, (void)duration_ns;
}

/* A view of the past answers the kept fields as they were, everything else from the present. */
static void recall(rh_run *run, const rh_view_ops *ops, const rh_recent_view *kept, rh_view *view)
{
    *view = (rh_view){.time_ns = kept->time_ns, .ops = ops, .host = run};
    view->eager[RH_VIEW_SPOT] = kept->spot;
    view->eager[RH_VIEW_DELTA] = kept->delta;
    view->eager[RH_VIEW_DELTA_FILLED] = kept->delta_filled;
    view->eager[RH_VIEW_PENDING] = kept->pending;
    view->eager_mask = 1u << RH_VIEW_SPOT | 1u << RH_VIEW_DELTA | 1u << RH_VIEW_DELTA_FILLED |
                       1u << RH_VIEW_PENDING;
}

/* One wake: the orders are looked at by the policy interface and dropped. A scale that comes alone
 * is asked without a band, as by a trigger that gives none: the live trigger is not disturbed. */
static rh_status try_one(const rh_parts *parts, const rh_view *view, rh_error *why)
{
    const rh_policy_part *trigger = &parts->part[RH_PART_TRIGGER];
    const rh_policy_part *scale = parts->whole ? trigger : &parts->part[RH_PART_SCALE];
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    rh_decision decision = {.fire = true};
    rh_kill_kind kind = RH_KILL_ERROR;
    size_t count = 0;
    if (trigger->policy) {
        decision.fire = false;
        RH_TRY(trigger->policy->methods->trigger(trigger->policy, view, trigger->feature_values,
                                                 &decision, &kind, why));
    }
    if (!decision.fire || !scale->policy) return RH_OK;
    return scale->policy->methods->scale(scale->policy, view, scale->feature_values, decision.lo,
                                         decision.hi, orders, &count, &kind, why);
}

static int64_t gas_of(const rh_parts *parts)
{
    int64_t gas = 0;
    for (int p = 0; p < RH_PARTS; p++)
        if (parts->part[p].policy) gas += parts->part[p].policy->gas_spent;
    return gas;
}

/* What a callback could have been told at that wake: the hedge that brings delta to zero is filled
 * or rejected at the spot, an option of the book expires. */
static rh_notice plausible(const rh_run *run, rh_notice_kind kind, const rh_recent_view *kept)
{
    const rh_universe *universe = run->universe;
    const rh_scenario *s = run->scenario;
    bool hedged = s->hedge_count > 0;
    rh_notice notice = {.kind = kind,
                        .order = 1,
                        .instrument = hedged ? universe->instruments[s->hedges[0]].name : "",
                        .qty = kept->delta != 0.0 ? -kept->delta : 1.0,
                        .price = kept->spot,
                        .reason = "venue",
                        .option = "call",
                        .strike = kept->spot,
                        .expiry_ns = kept->time_ns};
    if (kind != RH_NOTICE_EXPIRY) return notice;
    notice.price = 0.0;
    for (int i = 0; i < universe->instrument_count; i++) {
        const rh_instrument *option = &universe->instruments[i];
        if (option->kind != RH_INSTRUMENT_OPTION) continue;
        notice.instrument = option->name;
        notice.option = rh_option_word(option);
        notice.strike = option->strike;
        notice.expiry_ns = option->expiry_ns;
        notice.price = rh_option_payoff(option, kept->spot);
        break;
    }
    return notice;
}

/* Each callback that a script declares once, on the last wake. */
static rh_status try_callbacks(rh_run *run, const rh_parts *parts, const rh_view_ops *ops,
                               const rh_recent_view *kept, rh_error *why)
{
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy *policy = parts->part[p].policy;
        for (int n = 0; policy && n < RH_NOTICES; n++) {
            rh_kill_kind kind = RH_KILL_ERROR;
            rh_view view;
            char time[RH_TIME_TEXT];
            if (!(policy->told >> n & 1u)) continue;
            rh_notice notice = plausible(run, (rh_notice_kind)n, kept);
            recall(run, ops, kept, &view);
            if (policy->methods->notify(policy, &view, &notice, &kind, why) == RH_OK) continue;
            rh_text_time(time, kept->time_ns);
            return rh_fail_in(why, "%s tried at %s", rh_notice_words[n], time);
        }
    }
    return RH_OK;
}

static rh_status try_out(rh_run *run, rh_candidate *candidate, rh_error *why)
{
    const rh_recent *recent = run->recent;
    rh_parts *parts = &candidate->parts;
    uint64_t record = oldest_record(recent), view_at = 0;
    int64_t gas_before = gas_of(parts);
    const rh_recent_view *kept = NULL;
    rh_view_ops ops = *rh_run_view_ops();
    ops.wake_outside = ignore_wake_outside;
    ops.wake_in = ignore_wake_in;
    if (!rh_books_can_mark(&run->reported, &run->known)) return RH_OK; /* nothing to ask about */
    if (recent->view_count > RH_DRY_RUN_VIEWS) view_at = recent->view_count - RH_DRY_RUN_VIEWS;
    for (; view_at < recent->view_count; view_at++) {
        rh_view view;
        kept = &recent->views[view_at % RH_DRY_RUN_VIEWS];
        warm_up(recent, parts, &record, kept->time_ns);
        if (!all_ready(parts, kept->time_ns)) continue;
        if (gas_of(parts) - gas_before > RH_DRY_RUN_GAS) break;
        recall(run, &ops, kept, &view);
        candidate->views++;
        if (try_one(parts, &view, why) == RH_OK) continue;
        char time[RH_TIME_TEXT];
        rh_text_time(time, kept->time_ns);
        return rh_fail_in(why, "tried on the wake of %s", time);
    }
    return kept ? try_callbacks(run, parts, &ops, kept, why) : RH_OK;
}

/* --- the whole ----------------------------------------------------------------------------- */

rh_status rh_candidate_prove(rh_run *run, const rh_policy_pick *pick, rh_candidate *candidate,
                             rh_error *why)
{
    rh_candidate trial;
    *candidate = (rh_candidate){0};
    run->machine_refused = false;
    rh_status status = rh_candidate_make(run, pick, RH_TO_TRY, &trial, why);
    if (status != RH_OK) {
        candidate->machine_decided = run->machine_refused;
        return status;
    }
    status = try_out(run, &trial, why);
    for (int p = 0; p < RH_PARTS; p++)
        if (trial.parts.part[p].policy) trial.gas[p] = trial.parts.part[p].policy->gas_spent;
    bool machine_decided = decided_by_machine(&trial.parts);
    rh_parts_free(&trial.parts);
    if (status == RH_OK) status = rh_candidate_make(run, pick, RH_TO_LIVE, candidate, why);
    candidate->machine_decided = machine_decided || run->machine_refused;
    RH_TRY(status);
    uint64_t record = oldest_record(run->recent);
    warm_up(run->recent, &candidate->parts, &record, run->now_ns);
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = candidate->parts.part[p].policy;
        if (policy) candidate->gas[p] = trial.gas[p] + policy->gas_spent;
    }
    candidate->views = trial.views;
    return RH_OK;
}
