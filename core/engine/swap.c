/* Policies come and go: the first one, scheduled swaps with their state, kills and what follows
 * them. A swap is a transaction (transaction.c): until the new policy is whole the old one trades on, untouched. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/run.h"

void rh_run_drop_policy(rh_run *run)
{
    rh_policy_slot *slot = &run->slot;
    for (int f = 0; slot->policy && f < slot->policy->feature_count; f++) {
        rh_feature_free(slot->features[f]);
        slot->features[f] = NULL;
    }
    rh_policy_free(slot->policy);
    slot->policy = NULL;
    slot->choice = NULL;
}

static bool same_argument(const rh_feature_arg *a, const rh_feature_arg *b)
{
    return !strcmp(a->key, b->key) && a->is_text == b->is_text &&
           (a->is_text ? !strcmp(a->text, b->text) : a->number == b->number);
}

static bool same_feature(const rh_feature_spec *a, const rh_feature_spec *b)
{
    bool same = !strcmp(a->kind, b->kind) && a->arg_count == b->arg_count;
    for (int k = 0; same && k < a->arg_count; k++)
        same = same_argument(&a->args[k], &b->args[k]);
    return same;
}

/* A feature that the old policy has as well goes on with all the history it has. */
static void take_features(rh_policy_slot *slot, rh_candidate *candidate)
{
    const rh_policy *old = slot->policy, *new = candidate->policy;
    for (int f = 0; old && f < new->feature_count; f++) {
        for (int g = 0; g < old->feature_count; g++) {
            if (!slot->features[g] || !same_feature(&new->features[f], &old->features[g])) continue;
            rh_feature_free(candidate->features[f]);
            candidate->features[f] = slot->features[g];
            slot->features[g] = NULL;
            break;
        }
    }
}

/* Put a whole policy into the slot and start its timers; cannot refuse any more. */
static rh_status go_live(rh_run *run, rh_candidate *candidate, rh_error *error)
{
    rh_policy_slot *slot = &run->slot;
    rh_policy *policy = candidate->policy;
    take_features(slot, candidate);
    rh_run_drop_policy(run);
    slot->policy = policy;
    slot->choice = candidate->choice;
    run->killed = false;
    run->flattening = false; /* a new policy decides again */
    slot->generation++;
    slot->wake_in_ns = INT64_MAX;
    slot->wake_lo = slot->wake_hi = (double)NAN;
    slot->timer_due = false;
    slot->seen = 0;
    slot->last_spot = 0.0;
    for (int f = 0; f < policy->feature_count; f++) {
        slot->features[f] = candidate->features[f];
        slot->feature_instrument[f] = candidate->instruments[f];
    }
    *candidate = (rh_candidate){0}; /* the slot's now */
    int64_t every = policy->wake.every_ns;
    if (every <= 0) return RH_OK;
    int64_t since = run->now_ns - run->scenario->from_ns; /* the grid counts from clock.from */
    int64_t past = since % every, wait = past > 0 ? every - past : 0;
    if (wait > run->scenario->to_ns - run->now_ns) return RH_OK;
    int64_t first = run->now_ns + wait;
    return rh_queue_push(&run->queue, first, RH_CLASS_TIMER, 0, slot->generation, error);
}

static void digest_policy(rh_run *run, const rh_policy *policy)
{
    double none[6] = {0};
    rh_digest_event(run, RH_TAG_PARAMS, (uint32_t)policy->params.count, run->now_ns, none);
    rh_params_digest(&policy->params, run->digest);
}

/* Wrong params of a later swap are bad input of the scenario: said now, not half-way. What a script
 * itself does wrong is found out when its time comes. */
static rh_status check_swaps(rh_run *run, rh_error *error)
{
    for (size_t k = 0; k < run->scenario->swap_count; k++) {
        rh_candidate candidate;
        rh_error why = {0};
        rh_status status =
            rh_candidate_load(run, &run->scenario->swaps[k].choice, &candidate, &why);
        rh_candidate_free(&candidate);
        if (status == RH_INPUT) return rh_fail(error, status, "%s", why.message);
    }
    return RH_OK;
}

rh_status rh_run_first_policy(rh_run *run, rh_error *error)
{
    rh_candidate first;
    RH_TRY(rh_candidate_load(run, &run->scenario->policy, &first, error));
    const rh_policy *policy = first.policy;
    bool idle = !run->scenario->policy.has_script && !strcmp(policy->name, "none");
    run->first_params = policy->params;
    memcpy(run->first_name, policy->name, sizeof run->first_name);
    memcpy(run->first_version, policy->version, sizeof run->first_version);
    memcpy(run->first_sha256, policy->sha256, sizeof run->first_sha256);
    digest_policy(run, policy);
    RH_TRY(go_live(run, &first, error));
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

static rh_swap_record *record_swap(rh_run *run, const char *to)
{
    RH_ASSERT(run->swap_count < RH_SWAPS_MAX); /* a person's swaps leave room for scheduled ones */
    rh_swap_record *r = &run->swaps[run->swap_count++];
    *r = (rh_swap_record){.time_ns = run->now_ns, .sequence = run->sequence};
    snprintf(r->from, sizeof r->from, "%s", run->slot.policy ? run->slot.policy->name : "none");
    snprintf(r->to, sizeof r->to, "%s", to);
    return r;
}

static void remember_refusal(rh_run *run, const char *why)
{
    rh_text_escape(run->last_swap, sizeof run->last_swap, why, strlen(why));
    run->last_refused = true;
}

void rh_run_note_refused(rh_run *run, const char *what, const char *why)
{
    rh_journal(run, "swap_refused", "%.200s: %s", what, why);
    remember_refusal(run, why);
}

static void note_refused(rh_run *run, const rh_swap *swap, const char *assignment, bool by_hand,
                         const char *why)
{
    rh_journal_swap(run,
                    &(rh_swap_note){.kind = assignment ? "set_refused" : "swap_refused",
                                    .text = why,
                                    .script = rh_choice_label(&swap->choice),
                                    .old_sha256 = run->slot.policy ? run->slot.policy->sha256 : "",
                                    .sha256 = swap->choice.source.sha256,
                                    .assignment = assignment,
                                    .by_hand = by_hand});
    remember_refusal(run, why);
}

static void note_accepted(rh_run *run, const rh_swap *swap, const char *assignment, bool by_hand,
                          const rh_candidate *candidate)
{
    const rh_policy *old = run->slot.policy, *new = candidate->policy;
    char text[512], script[RH_PATH_MAX + 8];
    if (assignment) {
        snprintf(text, sizeof text, "%s: %.200s", new->name, assignment);
    } else {
        snprintf(text, sizeof text, "%s %s replaces %s, orders %s", new->name, new->version,
                 old ? old->name : "none", swap->cancel_orders ? "cancelled" : "kept");
    }
    rh_text_escape(run->last_swap, sizeof run->last_swap, text, strlen(text));
    run->last_refused = false;
    snprintf(script, sizeof script, "%s%s", swap->choice.native ? "native:" : "",
             rh_choice_label(&swap->choice));
    rh_journal_swap(run, &(rh_swap_note){.kind = assignment ? "set" : "swap",
                                         .text = text,
                                         .script = script,
                                         .old_sha256 = old ? old->sha256 : "",
                                         .sha256 = new->sha256,
                                         .assignment = assignment,
                                         .params = &new->params,
                                         .state_bytes = candidate->state_bytes,
                                         .gas = candidate->gas,
                                         .views = candidate->views,
                                         .by_hand = by_hand,
                                         .cancel_orders = swap->cancel_orders});
}

/* The candidate takes over, between events; from here on nothing can refuse. */
static rh_status commit(rh_run *run, const rh_swap *swap, const char *assignment, bool by_hand,
                        rh_candidate *candidate, rh_error *error)
{
    rh_swap_record *done = record_swap(run, candidate->policy->name);
    done->accepted = true;
    done->by_hand = by_hand;
    done->is_set = assignment != NULL;
    memcpy(done->sha256, candidate->policy->sha256, sizeof done->sha256);
    if (assignment) snprintf(done->reason, sizeof done->reason, "%.200s", assignment);
    if (candidate->machine_decided) run->reproducible = false;
    double value[6] = {swap->cancel_orders};
    rh_digest_event(run, assignment ? RH_TAG_SET : RH_TAG_SWAP, 0, run->now_ns, value);
    digest_policy(run, candidate->policy);
    note_accepted(run, swap, assignment, by_hand, candidate);
    if (swap->cancel_orders) RH_TRY(rh_run_cancel_all(run, error));
    RH_TRY(go_live(run, candidate, error));
    rh_run_want_wake(run, RH_ON_CLIENT);
    run->slot.seen = 0;
    return RH_OK;
}

rh_status rh_run_swap(rh_run *run, const rh_swap *swap, rh_error *error)
{
    rh_candidate candidate;
    rh_error why = {0};
    run->swaps_due--;
    rh_status status = rh_candidate_prove(run, &swap->choice, &candidate, &why);
    if (status == RH_OK) return commit(run, swap, NULL, false, &candidate, error);
    if (candidate.machine_decided) run->reproducible = false;
    rh_swap_record *refused = record_swap(run, rh_choice_label(&swap->choice));
    snprintf(refused->reason, sizeof refused->reason, "%.250s", why.message);
    note_refused(run, swap, NULL, false, why.message);
    remember_failure(run, why.message);
    return RH_OK;
}

/* What a person tries and is refused is in the journal alone: it leaves no trace in the run. */
rh_status rh_run_swap_by_hand(rh_run *run, const rh_swap *swap, const char *assignment,
                              bool *accepted, rh_error *why, rh_error *error)
{
    rh_candidate candidate;
    rh_status status = RH_OK;
    *accepted = false;
    if (run->swap_count + run->swaps_due >= RH_SWAPS_MAX) {
        status = rh_fail(why, RH_LIMIT, "a run takes at most %d swaps and sets, and has had them",
                         RH_SWAPS_MAX);
    }
    if (status == RH_OK) status = rh_candidate_prove(run, &swap->choice, &candidate, why);
    if (status != RH_OK) {
        note_refused(run, swap, assignment, true, why->message);
        return RH_OK;
    }
    *accepted = true;
    return commit(run, swap, assignment, true, &candidate, error);
}

static rh_status hand_over(rh_run *run, rh_error *error)
{
    rh_candidate candidate;
    RH_TRY(rh_candidate_load(run, &run->scenario->failover, &candidate, error));
    digest_policy(run, candidate.policy);
    rh_journal(run, "failover", "native policy %s takes over", candidate.policy->name);
    return go_live(run, &candidate, error);
}

rh_status rh_run_killed(rh_run *run, rh_kill_kind kind, const rh_error *why, rh_error *error)
{
    double value[6] = {kind};
    rh_digest_event(run, RH_TAG_KILL, (uint32_t)kind, run->now_ns, value);
    RH_ASSERT(run->slot.policy);
    run->killed = true;
    if (!run->slot.policy->reproducible) run->reproducible = false;
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
