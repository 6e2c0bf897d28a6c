/* Policies come and go: the first one, scheduled swaps with their state, kills and what follows
 * them. A swap is a transaction: until the new policy is whole the old one trades on, untouched. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/run.h"

void rh_run_drop_policy(rh_run *run)
{
    for (int p = 0; p < RH_PARTS; p++) rh_part_free(&run->slot.part[p]);
    rh_series_bind(run);
}

/* Which of the live scripts decides the part now; NULL: none. */
static rh_policy *live(const rh_run *run, rh_part part)
{
    const rh_policy_slot *slot = &run->slot;
    return part == RH_PART_SCALE && slot->part[part].policy ? slot->part[part].policy
                                                            : slot->part[RH_PART_TRIGGER].policy;
}

/* Features, timers and wakes of a trigger that goes live start anew. */
static rh_status start_trigger(rh_run *run, rh_error *error)
{
    rh_policy_slot *slot = &run->slot;
    slot->generation++;
    slot->wake_in_ns = INT64_MAX;
    slot->wake_lo = slot->wake_hi = (double)NAN;
    slot->timer_due = false;
    slot->seen = 0;
    slot->last_spot = 0.0;
    int64_t every = rh_run_policy(run)->wake.every_ns;
    if (every <= 0) return RH_OK;
    int64_t since = run->now_ns - run->scenario->from_ns; /* the grid counts from clock.from */
    int64_t past = since % every, wait = past > 0 ? every - past : 0;
    if (wait > run->scenario->to_ns - run->now_ns) return RH_OK;
    int64_t first = run->now_ns + wait;
    return rh_queue_push(&run->queue, first, RH_CLASS_TIMER, 0, slot->generation, error);
}

/* Put what was loaded into the slot and start its timers; cannot refuse any more. A part that is
 * not replaced stays: a script that gave both then goes on with the other one alone. */
static rh_status go_live(rh_run *run, rh_parts *parts, rh_error *error)
{
    rh_policy_part *live_part = run->slot.part;
    rh_policy_part *trigger = &parts->part[RH_PART_TRIGGER], *scale = &parts->part[RH_PART_SCALE];
    bool new_trigger = trigger->policy != NULL;
    run->flattening = false; /* a new policy decides again */
    if (parts->whole) rh_run_drop_policy(run);
    if (new_trigger && !parts->whole && !scale->policy && !live_part[RH_PART_SCALE].policy) {
        live_part[RH_PART_SCALE] = live_part[RH_PART_TRIGGER];
        live_part[RH_PART_TRIGGER] = (rh_policy_part){0};
    }
    for (int p = 0; p < RH_PARTS; p++) {
        if (!parts->part[p].policy) continue;
        rh_part_free(&live_part[p]);
        live_part[p] = parts->part[p];
    }
    rh_series_bind(run);
    return new_trigger ? start_trigger(run, error) : RH_OK;
}

static void digest_policy(rh_run *run, const rh_parts *parts)
{
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = parts->part[p].policy;
        if (!policy) continue;
        double value[6] = {parts->whole ? 0.0 : 1.0 + p};
        rh_digest_event(run, RH_TAG_PARAMS, (uint32_t)policy->params.count, run->now_ns, value);
        rh_params_digest(&policy->params, run->digest);
    }
}

/* Whose state a new script takes over: the live one of its part; one that gives both takes that of
 * the part with its name. */
static const rh_policy *heir_of(const rh_run *run, const rh_parts *parts, rh_part part)
{
    const rh_policy *scale = live(run, RH_PART_SCALE), *made = parts->part[part].policy;
    bool by_name = parts->whole && scale && !strcmp(scale->name, made->name);
    return by_name ? scale : live(run, part);
}

static rh_status carry_state(rh_run *run, const rh_parts *parts, rh_error *error)
{
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy *made = parts->part[p].policy;
        rh_buffer state = {0};
        if (!made) continue;
        const rh_policy *old = heir_of(run, parts, (rh_part)p);
        if (!old || !old->methods->save_state || !made->methods->load_state) continue;
        rh_status status = old->methods->save_state(old, &state, error);
        if (status == RH_OK && state.length > 0) {
            status = made->methods->load_state(made, state.bytes, state.length, old->name,
                                               old->version, error);
        }
        rh_buffer_free(&state);
        RH_TRY(status);
    }
    return RH_OK;
}

/* Load, check, carry state over; nothing is made on refusal. */
static rh_status prepare(rh_run *run, const rh_policy_pick *pick, rh_parts *parts, rh_error *error)
{
    const rh_policy_choice *choice = pick->choice;
    bool both = pick->whole || (rh_choice_given(&choice[0]) && rh_choice_given(&choice[1]));
    if (!both && !rh_run_policy(run)) {
        *parts = (rh_parts){0};
        return rh_fail(error, RH_POLICY,
                       "no policy is live: a swap of one part needs the other; name both");
    }
    RH_TRY(rh_parts_load(run, pick, parts, error));
    rh_status status = carry_state(run, parts, error);
    for (int p = 0; p < RH_PARTS && status != RH_OK; p++) rh_part_free(&parts->part[p]);
    return status;
}

/* Wrong params of a later swap are bad input of the scenario: said now, not half-way. What a script
 * itself does wrong is found out when its time comes. */
static rh_status check_swaps(rh_run *run, rh_error *error)
{
    for (size_t k = 0; k < run->scenario->swap_count; k++) {
        rh_parts parts;
        rh_error why = {0};
        rh_status status = rh_parts_load(run, &run->scenario->swaps[k].pick, &parts, &why);
        for (int p = 0; p < RH_PARTS; p++) {
            rh_series_add(run, parts.part[p].policy);
            rh_part_free(&parts.part[p]);
        }
        if (status == RH_INPUT) return rh_fail(error, status, "%s", why.message);
    }
    return RH_OK;
}

rh_status rh_run_first_policy(rh_run *run, rh_error *error)
{
    rh_parts parts;
    if (run->request->trusted)
        rh_journal(run, "trusted", "scripts have patterns, coroutines and no instruction limit");
    RH_TRY(prepare(run, &run->scenario->policy, &parts, error));
    const rh_policy_choice *choice = &run->scenario->policy.choice[0];
    bool idle = parts.whole && choice->native && !strcmp(choice->native->name, "none");
    run->first_whole = parts.whole;
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = parts.part[p].policy;
        rh_script_identity *first = &run->first[p];
        rh_series_add(run, policy);
        if (!policy) continue;
        first->params = policy->params;
        memcpy(first->name, policy->name, sizeof first->name);
        memcpy(first->version, policy->version, sizeof first->version);
        memcpy(first->sha256, policy->sha256, sizeof first->sha256);
    }
    digest_policy(run, &parts);
    RH_TRY(go_live(run, &parts, error));
    if (idle) rh_run_drop_policy(run); /* nothing would ever be decided */
    return check_swaps(run, error);
}

static void remember_failure(rh_run *run, const char *message)
{
    if (!run->policy_failed) {
        rh_text_escape(run->policy_message, sizeof run->policy_message, message, strlen(message));
    }
    run->policy_failed = true;
}

static rh_swap_record *record_swap(rh_run *run, bool whole, rh_part part, const char *to)
{
    RH_ASSERT(run->swap_count < RH_PARTS * RH_SWAPS_MAX); /* each scheduled swap comes once */
    rh_swap_record *r = &run->swaps[run->swap_count++];
    const rh_policy *from = live(run, part);
    *r = (rh_swap_record){
        .time_ns = run->now_ns, .sequence = run->sequence, .whole = whole, .part = part};
    snprintf(r->from, sizeof r->from, "%s", from ? from->name : "none");
    snprintf(r->to, sizeof r->to, "%s", to);
    return r;
}

static const char *label_of(const rh_policy_choice *choice)
{
    return choice->native ? choice->native->name : choice->source.label;
}

static void refuse_swap(rh_run *run, const rh_policy_pick *pick, const rh_error *why)
{
    for (int p = 0; p < RH_PARTS; p++) {
        if (!rh_choice_given(&pick->choice[p])) continue;
        const char *label = label_of(&pick->choice[p]);
        rh_swap_record *refused = record_swap(run, pick->whole, (rh_part)p, label);
        snprintf(refused->reason, sizeof refused->reason, "%.250s", why->message);
        rh_journal(run, "swap_refused", "%s%s%s: %s", pick->whole ? "" : rh_part_words[p],
                   pick->whole ? "" : " ", label, why->message);
    }
    remember_failure(run, why->message);
}

/* Recorded before the new scripts go live: the live ones are those that are replaced. */
static void accept_swap(rh_run *run, const rh_swap *swap, const rh_parts *parts)
{
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = parts->part[p].policy;
        if (!policy) continue;
        rh_swap_record *done = record_swap(run, parts->whole, (rh_part)p, policy->name);
        done->accepted = true;
        memcpy(done->sha256, policy->sha256, sizeof done->sha256);
        rh_journal(run, "swap", "%s%s%s %s replaces %s, orders %s",
                   parts->whole ? "" : rh_part_words[p], parts->whole ? "" : " ", policy->name,
                   policy->version, done->from, swap->cancel_orders ? "cancelled" : "kept");
    }
}

rh_status rh_run_swap(rh_run *run, const rh_swap *swap, rh_error *error)
{
    rh_parts parts;
    rh_error why = {0};
    if (prepare(run, &swap->pick, &parts, &why) != RH_OK) {
        refuse_swap(run, &swap->pick, &why);
        return RH_OK;
    }
    double value[6] = {swap->cancel_orders};
    rh_digest_event(run, RH_TAG_SWAP, 0, run->now_ns, value);
    digest_policy(run, &parts);
    accept_swap(run, swap, &parts);
    if (swap->cancel_orders) RH_TRY(rh_run_cancel_all(run, error));
    RH_TRY(go_live(run, &parts, error));
    rh_run_want_wake(run, RH_ON_CLIENT);
    run->slot.seen = 0;
    return RH_OK;
}

static rh_status hand_over(rh_run *run, rh_error *error)
{
    rh_policy_pick pick = {.whole = true, .choice[0] = {.native = run->scenario->failover}};
    rh_parts parts;
    RH_TRY(prepare(run, &pick, &parts, error));
    digest_policy(run, &parts);
    rh_journal(run, "failover", "native policy %s takes over", parts.part[0].policy->name);
    return go_live(run, &parts, error);
}

rh_status rh_run_killed(rh_run *run, rh_kill_kind kind, const rh_error *why, rh_error *error)
{
    double value[6] = {kind};
    rh_digest_event(run, RH_TAG_KILL, (uint32_t)kind, run->now_ns, value);
    RH_ASSERT(rh_run_policy(run));
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = run->slot.part[p].policy;
        if (policy && !policy->reproducible) run->reproducible = false;
    }
    rh_journal(run, "kill", "%s: %s", rh_kill_words[kind], why->message);
    remember_failure(run, why->message);
    rh_run_drop_policy(run);
    run->slot.generation++;
    run->slot.wake_in_ns = INT64_MAX;
    RH_TRY(rh_run_cancel_all(run, error));
    switch (run->scenario->on_failure) {
    case RH_FAILURE_FLATTEN: run->flattening = true; return rh_run_flatten_when_idle(run, error);
    case RH_FAILURE_NATIVE: return hand_over(run, error);
    case RH_FAILURE_HOLD: break;
    }
    return RH_OK;
}
