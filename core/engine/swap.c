/* Policies come and go: the first one, scheduled swaps with their state, kills and what follows
 * them. A swap is a transaction (transaction.c): until the new policy is whole the old one trades
 * on, untouched. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/actual.h"
#include "engine/archive.h"
#include "engine/run.h"

void rh_run_note_machine(rh_run *run)
{
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = run->slot.part[p].policy;
        if (policy && !policy->reproducible) run->reproducible = false;
    }
}

void rh_run_drop_policy(rh_run *run)
{
    rh_run_note_machine(run);
    for (int p = 0; p < RH_PARTS; p++) rh_part_free(&run->slot.part[p]);
    rh_series_bind(run);
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

/* A feature that the old part has as well goes on with all the history it has. */
static void take_features(rh_policy_part *old, rh_policy_part *new)
{
    for (int f = 0; old->policy && new->policy && f < new->policy->feature_count; f++) {
        for (int g = 0; g < old->policy->feature_count; g++) {
            const rh_feature_spec *spec = &old->policy->features[g];
            if (!old->features[g] || !same_feature(&new->policy->features[f], spec)) continue;
            rh_feature_free(new->features[f]);
            new->features[f] = old->features[g];
            old->features[g] = NULL;
            break;
        }
    }
}

/* Features, timers and wakes of a trigger that goes live start anew. */
static rh_status start_trigger(rh_run *run, rh_error *error)
{
    rh_policy_slot *slot = &run->slot;
    slot->generation++;
    slot->wake_in_ns = INT64_MAX;
    slot->wake_lo = slot->wake_hi = (double)NAN;
    slot->band_lo = slot->band_hi = (double)NAN;
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

/* The native policy "none" decides nothing, so it is as if there were no policy. */
static bool is_idle(const rh_parts *parts)
{
    const rh_policy_choice *choice = parts->part[RH_PART_TRIGGER].choice;
    return parts->whole && choice->native && !strcmp(choice->native->name, "none");
}

/* Put what was loaded into the slot and start its timers; cannot refuse any more. A part that is
 * not replaced stays: a script that gave both then goes on with the other one alone. */
static rh_status go_live(rh_run *run, rh_parts *parts, rh_error *error)
{
    rh_policy_part *live_part = run->slot.part;
    rh_policy_part *trigger = &parts->part[RH_PART_TRIGGER], *scale = &parts->part[RH_PART_SCALE];
    bool new_trigger = trigger->policy != NULL, idle = is_idle(parts);
    rh_run_note_machine(run);
    run->flattening = run->killed = false; /* a new policy decides again */
    for (int p = 0; p < RH_PARTS && parts->whole; p++) take_features(&live_part[p], trigger);
    if (parts->whole) rh_run_drop_policy(run);
    if (new_trigger && !parts->whole && !scale->policy && !live_part[RH_PART_SCALE].policy) {
        live_part[RH_PART_SCALE] = live_part[RH_PART_TRIGGER];
        live_part[RH_PART_SCALE].streams_gone = true;
        live_part[RH_PART_TRIGGER] = (rh_policy_part){0};
    }
    for (int p = 0; p < RH_PARTS; p++) {
        if (!parts->part[p].policy) continue;
        take_features(&live_part[p], &parts->part[p]);
        rh_part_free(&live_part[p]);
        live_part[p] = parts->part[p];
        parts->part[p] = (rh_policy_part){0}; /* the slot's now */
    }
    rh_series_bind(run);
    if (!new_trigger) return RH_OK;
    if (!idle) return start_trigger(run, error);
    rh_run_drop_policy(run);
    run->slot.generation++;
    run->slot.wake_in_ns = INT64_MAX;
    return RH_OK;
}

static void digest_policy(rh_run *run, const rh_parts *parts)
{
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = parts->part[p].policy;
        if (!policy || run->lean) continue;
        double value[6] = {parts->whole ? 0.0 : 1.0 + p};
        rh_digest_event(run, RH_TAG_PARAMS, (uint32_t)policy->params.count, run->now_ns, value);
        rh_params_digest(&policy->params, run->digest);
    }
}

rh_status rh_run_declare(rh_run *run, const rh_swap *swap, rh_error *error)
{
    rh_parts parts;
    rh_error why = {0};
    rh_status status = rh_parts_load(run, &swap->pick, RH_TO_LOOK, &parts, &why);
    for (int p = 0; p < RH_PARTS && status == RH_OK; p++) rh_series_add(run, parts.part[p].policy);
    if (status == RH_OK) rh_parts_free(&parts);
    return status == RH_INPUT ? rh_fail(error, status, "%s", why.message) : RH_OK;
}

/* Wrong params of a later swap are bad input of the scenario: said now, not half-way. The branches
 * of a fork are looked at, but their series are theirs alone. */
static rh_status check_swaps(rh_run *run, rh_error *error)
{
    const rh_scenario *s = run->scenario;
    for (size_t k = 0; k < s->swap_count; k++)
        if (!s->swaps[k].open) RH_TRY(rh_run_declare(run, &s->swaps[k], error));
    int columns = run->series_count;
    for (size_t k = 0; k < s->branch_count; k++) {
        RH_TRY(rh_run_declare(run, &s->branches[k], error));
        run->series_count = columns;
    }
    return RH_OK;
}

rh_status rh_run_first_policy(rh_run *run, rh_error *error)
{
    rh_candidate first_one;
    rh_parts *parts = &first_one.parts;
    if (run->request->trusted)
        rh_journal(run, "trusted", "scripts have patterns, coroutines and no instruction limit");
    RH_TRY(rh_candidate_make(run, &run->scenario->policy, RH_TO_LIVE, &first_one, error));
    run->idle = is_idle(parts);
    run->first_whole = parts->whole;
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = parts->part[p].policy;
        rh_script_identity *first = &run->first[p];
        rh_series_add(run, policy);
        if (!policy) continue;
        first->params = policy->params;
        memcpy(first->name, policy->name, sizeof first->name);
        memcpy(first->version, policy->version, sizeof first->version);
        memcpy(first->sha256, policy->sha256, sizeof first->sha256);
    }
    if (run->scenario->actual) {
        rh_script_identity *first = &run->first[0];
        snprintf(first->name, sizeof first->name, "actual");
        first->version[0] = '\0';
        memcpy(first->sha256, run->scenario->actual->hash, sizeof first->sha256);
    }
    digest_policy(run, parts);
    RH_TRY(go_live(run, parts, error));
    return check_swaps(run, error);
}

/* The policies that are live are the first ones, alive, and can begin again. */
static bool can_restart(const rh_run *run)
{
    const rh_policy_pick *pick = &run->scenario->policy;
    if (run->scenario->swap_count > 0 || !rh_run_policy(run)) return false;
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy_part *part = &run->slot.part[p];
        if (part->policy && part->choice != &pick->choice[p]) return false;
        if (part->policy && !part->policy->methods->restart) return false;
    }
    return true;
}

static bool restart(rh_run *run)
{
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy *policy = run->slot.part[p].policy;
        if (policy && !policy->methods->restart(policy, run->scenario->path_index)) return false;
    }
    return true;
}

static rh_status load_again(rh_run *run, rh_error *error)
{
    rh_candidate again;
    rh_run_drop_policy(run);
    RH_TRY(rh_candidate_make(run, &run->scenario->policy, RH_TO_LIVE, &again, error));
    return go_live(run, &again.parts, error);
}

rh_status rh_run_same_policy(rh_run *run, bool afresh, rh_error *error)
{
    run->restarted = run->doubtful = false;
    for (int p = 0; p < RH_PARTS; p++) rh_buffer_clear(&run->streams[p]); /* of another path */
    if (run->idle) return RH_OK;
    if (afresh || !can_restart(run) || !restart(run)) return load_again(run, error);
    run->restarted = true;
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy_part *part = &run->slot.part[p];
        if (part->policy && part->policy->feature_count > 0)
            RH_TRY(rh_part_make_features(run, part, error));
    }
    return start_trigger(run, error);
}

static void remember_failure(rh_run *run, const char *message)
{
    if (!run->policy_failed) {
        rh_text_escape(run->policy_message, sizeof run->policy_message, message, strlen(message));
    }
    run->policy_failed = true;
}

/* --- the transaction's end: taken or refused ------------------------------------------------ */

typedef struct act { /* a swap or set, and who asks for it */
    const rh_swap *swap;
    const char *assignment; /* of a set, or NULL */
    bool by_hand;
} act;

static rh_swap_record *record_swap(rh_run *run, const act *by, rh_part part, const char *to)
{
    RH_ASSERT(run->swap_count < RH_PARTS * RH_SWAPS_MAX); /* acts_left sees to it */
    rh_swap_record *r = &run->swaps[run->swap_count++];
    const rh_policy *from = rh_run_live(run, part);
    *r = (rh_swap_record){.time_ns = run->now_ns,
                          .sequence = run->sequence,
                          .whole = by->swap->pick.whole,
                          .part = part,
                          .is_set = by->assignment != NULL,
                          .by_hand = by->by_hand};
    snprintf(r->from, sizeof r->from, "%s", from ? from->name : "none");
    snprintf(r->to, sizeof r->to, "%s", to);
    return r;
}

static void remember_act(rh_run *run, const char *text, bool refused)
{
    rh_text_escape(run->last_swap, sizeof run->last_swap, text, strlen(text));
    run->last_refused = refused;
}

void rh_run_note_refused(rh_run *run, const char *what, const char *assignment, const char *why)
{
    char shown[256], text[sizeof shown + RH_ERROR_MESSAGE_MAX];
    rh_text_escape(shown, sizeof shown, what, strnlen(what, 200));
    snprintf(text, sizeof text, "%s: %s", shown, why);
    rh_journal_hand(run, assignment ? "set_refused" : "swap_refused", text, assignment);
    remember_act(run, why, true);
}

static rh_swap_note note_of(const rh_run *run, const act *by, rh_part part)
{
    const rh_policy_pick *pick = &by->swap->pick;
    const rh_policy_choice *choice = &pick->choice[part];
    const rh_policy *old = rh_run_live(run, part);
    bool both = rh_choice_given(&pick->choice[0]) && rh_choice_given(&pick->choice[1]);
    return (rh_swap_note){.part = pick->whole ? "policy" : rh_part_words[part],
                          .parts = both ? 2 : 1,
                          .native = choice->native != NULL,
                          .strict = choice->source.strict,
                          .script = rh_choice_label(choice),
                          .old_sha256 = old ? old->sha256 : "",
                          .sha256 = choice->source.sha256,
                          .assignment = by->assignment,
                          .by_hand = by->by_hand,
                          .cancel_orders = by->swap->cancel_orders};
}

/* What a person tries and is refused is in the journal alone: it leaves no trace in the run. */
static void refuse(rh_run *run, const act *by, const rh_error *why)
{
    const rh_policy_pick *pick = &by->swap->pick;
    char text[RH_ERROR_MESSAGE_MAX + RH_PATH_MAX];
    for (int p = 0; p < RH_PARTS; p++) {
        if (!rh_choice_given(&pick->choice[p])) continue;
        const char *label = rh_choice_label(&pick->choice[p]);
        if (!by->by_hand) {
            rh_swap_record *refused = record_swap(run, by, (rh_part)p, label);
            snprintf(refused->reason, sizeof refused->reason, "%.250s", why->message);
        }
        rh_swap_note note = note_of(run, by, (rh_part)p);
        note.kind = by->assignment ? "set_refused" : "swap_refused";
        snprintf(text, sizeof text, "%s%s%s: %s", pick->whole ? "" : rh_part_words[p],
                 pick->whole ? "" : " ", label, why->message);
        note.text = text;
        rh_journal_swap(run, &note);
    }
    remember_act(run, why->message, true);
}

/* The columns of the ledger are written before a person brings a script with further series. */
static void say_missing_series(const rh_run *run, const rh_policy *policy, char *text,
                               size_t capacity)
{
    rh_buffer names = {0};
    size_t used = strlen(text);
    if (run->out.ledger_begun && rh_series_missing(run, policy, &names) > 0 && !names.failed) {
        snprintf(text + used, capacity - used, "; not in the ledger: %.200s", names.bytes);
    }
    rh_buffer_free(&names);
}

/* Recorded before the new scripts go live: the live ones are those that are replaced. */
static void accept(rh_run *run, const act *by, const rh_candidate *candidate)
{
    char text[512];
    bool whole = candidate->parts.whole;
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = candidate->parts.part[p].policy;
        if (!policy) continue;
        rh_swap_record *done = record_swap(run, by, (rh_part)p, policy->name);
        done->accepted = true;
        memcpy(done->sha256, policy->sha256, sizeof done->sha256);
        if (by->assignment) {
            snprintf(done->reason, sizeof done->reason, "%.200s", by->assignment);
            snprintf(text, sizeof text, "%s: %.200s", policy->name, by->assignment);
        } else {
            snprintf(text, sizeof text, "%s%s%s %s replaces %s, orders %s",
                     whole ? "" : rh_part_words[p], whole ? "" : " ", policy->name,
                     policy->version, done->from, by->swap->cancel_orders ? "cancelled" : "kept");
        }
        rh_swap_note note = note_of(run, by, (rh_part)p);
        note.kind = by->assignment ? "set" : "swap";
        say_missing_series(run, policy, text, sizeof text);
        note.text = text;
        note.sha256 = policy->sha256;
        note.params = &policy->params;
        note.state_bytes = candidate->state_bytes[p];
        note.gas = candidate->gas[p];
        note.views = candidate->views;
        rh_journal_swap(run, &note);
        rh_archive_script(run, &by->swap->pick.choice[p]);
        remember_act(run, text, false);
    }
}

/* The candidate takes over, between events; from here on nothing can refuse. */
static rh_status commit(rh_run *run, const act *by, rh_candidate *candidate, rh_error *error)
{
    double value[6] = {by->swap->cancel_orders};
    if (candidate->machine_decided) run->reproducible = false;
    rh_digest_event(run, by->assignment ? RH_TAG_SET : RH_TAG_SWAP, 0, run->now_ns, value);
    digest_policy(run, &candidate->parts);
    accept(run, by, candidate);
    if (by->swap->cancel_orders) RH_TRY(rh_run_cancel_all(run, error));
    RH_TRY(go_live(run, &candidate->parts, error));
    rh_run_want_wake(run, RH_ON_CLIENT);
    run->slot.seen = 0;
    return RH_OK;
}

rh_status rh_run_swap(rh_run *run, const rh_swap *swap, rh_error *error)
{
    const act by = {.swap = swap};
    rh_candidate candidate;
    rh_error why = {0};
    if (rh_candidate_prove(run, &swap->pick, &candidate, &why) == RH_OK)
        return commit(run, &by, &candidate, error);
    if (candidate.machine_decided) run->reproducible = false;
    refuse(run, &by, &why);
    remember_failure(run, why.message);
    return RH_OK;
}

rh_status rh_run_swap_by_hand(rh_run *run, const rh_swap *swap, const char *assignment,
                              bool *accepted, rh_error *why, rh_error *error)
{
    const act by = {.swap = swap, .assignment = assignment, .by_hand = true};
    rh_candidate candidate;
    rh_status status = RH_OK;
    *accepted = false;
    if (run->acts_left <= 0) {
        status = rh_fail(why, RH_LIMIT, "a run takes at most %d swaps and sets, and has had them",
                         RH_SWAPS_MAX);
    }
    if (status == RH_OK) status = rh_candidate_prove(run, &swap->pick, &candidate, why);
    if (status != RH_OK) {
        refuse(run, &by, why);
        return RH_OK;
    }
    *accepted = true;
    run->acts_left--;
    return commit(run, &by, &candidate, error);
}

static rh_status hand_over(rh_run *run, rh_error *error)
{
    rh_policy_pick pick = {.whole = true, .choice[0] = run->scenario->failover};
    rh_candidate candidate;
    RH_TRY(rh_candidate_make(run, &pick, RH_TO_LIVE, &candidate, error));
    digest_policy(run, &candidate.parts);
    rh_journal(run, "failover", "native policy %s takes over", pick.choice[0].native->name);
    RH_TRY(go_live(run, &candidate.parts, error));
    if (rh_run_policy(run)) /* `pick` is gone */
        run->slot.part[RH_PART_TRIGGER].choice = &run->scenario->failover;
    return RH_OK;
}

rh_status rh_run_killed(rh_run *run, rh_kill_kind kind, const rh_error *why, rh_error *error)
{
    double value[6] = {kind};
    rh_digest_event(run, RH_TAG_KILL, (uint32_t)kind, run->now_ns, value);
    RH_ASSERT(rh_run_policy(run));
    run->killed = true;
    run->doubtful = run->restarted;
    run->killed_by = kind;
    rh_text_escape(run->kill_reason, sizeof run->kill_reason, why->message, strlen(why->message));
    run->thought_ns = 0; /* what follows is the engine's, and takes no time */
    rh_journal(run, "kill", "%s: %s", rh_kill_words[kind], why->message);
    remember_failure(run, why->message);
    RH_TRY(rh_parts_keep_streams(run, error));
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
