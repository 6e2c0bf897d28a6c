/* Policies come and go: the first one, scheduled swaps with their state, kills and what follows
 * them. A swap is a transaction: until the new policy is whole the old one trades on, untouched. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/run.h"

static void policy_log(void *host, const char *text)
{
    rh_journal(host, "log", "%s", text);
}

void rh_run_drop_policy(rh_run *run)
{
    rh_policy_slot *slot = &run->slot;
    for (int f = 0; slot->policy && f < slot->policy->feature_count; f++) {
        rh_feature_free(slot->features[f]);
        slot->features[f] = NULL;
    }
    rh_policy_free(slot->policy);
    slot->policy = NULL;
}

static rh_status load(rh_run *run, const rh_policy_choice *choice, rh_policy **policy,
                      rh_error *error)
{
    const rh_run_request *request = run->request;
    const char *names[RH_HEDGES_MAX];
    for (int h = 0; h < run->scenario->hedge_count; h++) {
        names[h] = run->universe->instruments[run->scenario->hedges[h]].name;
    }
    rh_policy_services services = {.seed = run->scenario->seed,
                                   .hedges = names,
                                   .hedge_count = run->scenario->hedge_count,
                                   .log = policy_log,
                                   .host = run,
                                   .trusted = request->trusted};
    if (choice->native) return choice->native->create(choice->params, policy, error);
    if (!request->loader) {
        return rh_fail(error, RH_USAGE, "%s: this program was built without the Lua host",
                       choice->source.label);
    }
    return request->loader->load(request->loader->context, &choice->source, choice->params,
                                 &services, policy, error);
}

static rh_status make_features(rh_run *run, const rh_policy *policy,
                               rh_feature *features[RH_FEATURES_MAX],
                               int instruments[RH_FEATURES_MAX], rh_error *error)
{
    for (int f = 0; f < policy->feature_count; f++) {
        RH_TRY(rh_feature_new(&policy->features[f], &features[f], error));
        const char *name = features[f]->instrument;
        instruments[f] = *name ? rh_universe_instrument(run->universe, name)
                               : run->universe->assets[run->asset].primary;
        if (instruments[f] < 0) {
            return rh_fail(error, RH_POLICY, "feature %s: there is no instrument \"%s\"",
                           policy->features[f].name, name);
        }
    }
    return RH_OK;
}

static rh_status check_parts(const rh_policy *policy, rh_error *error)
{
    if (policy->has_trigger && policy->has_scale) return RH_OK;
    return rh_fail(error, RH_POLICY, "%s gives no %s; a policy needs both", policy->name,
                   policy->has_trigger ? "scale" : "trigger");
}

/* Put a whole policy into the slot and start its timers; cannot refuse any more. */
static rh_status go_live(rh_run *run, rh_policy *policy, rh_feature *const *features,
                         const int *instruments, rh_error *error)
{
    rh_policy_slot *slot = &run->slot;
    rh_run_drop_policy(run);
    slot->policy = policy;
    run->flattening = false; /* a new policy decides again */
    slot->generation++;
    slot->wake_in_ns = INT64_MAX;
    slot->wake_lo = slot->wake_hi = (double)NAN;
    slot->timer_due = false;
    slot->seen = 0;
    slot->last_spot = 0.0;
    for (int f = 0; f < policy->feature_count; f++) {
        slot->features[f] = features[f];
        slot->feature_instrument[f] = instruments[f];
    }
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

/* Load, check, carry state over; *policy stays NULL on refusal. */
static rh_status prepare(rh_run *run, const rh_policy_choice *choice, rh_policy **policy,
                         rh_feature *features[RH_FEATURES_MAX], int instruments[RH_FEATURES_MAX],
                         rh_error *error)
{
    rh_policy *old = run->slot.policy;
    rh_buffer state = {0};
    *policy = NULL;
    memset(features, 0, sizeof *features * RH_FEATURES_MAX);
    rh_status status = load(run, choice, policy, error);
    if (status == RH_OK) status = check_parts(*policy, error);
    if (status == RH_OK) status = make_features(run, *policy, features, instruments, error);
    if (status == RH_OK && old && old->methods->save_state && (*policy)->methods->load_state) {
        status = old->methods->save_state(old, &state, error);
        if (status == RH_OK && state.length > 0) {
            status = (*policy)->methods->load_state(*policy, state.bytes, state.length, old->name,
                                                    old->version, error);
        }
    }
    rh_buffer_free(&state);
    if (status == RH_OK) return RH_OK;
    for (int f = 0; f < RH_FEATURES_MAX; f++)
        rh_feature_free(features[f]);
    rh_policy_free(*policy);
    *policy = NULL;
    return status;
}

/* Wrong params of a later swap are bad input of the scenario: said now, not half-way. What a script
 * itself does wrong is found out when its time comes. */
static rh_status check_swaps(rh_run *run, rh_error *error)
{
    for (size_t k = 0; k < run->scenario->swap_count; k++) {
        rh_policy *policy = NULL;
        rh_error why = {0};
        rh_status status = load(run, &run->scenario->swaps[k].choice, &policy, &why);
        rh_policy_free(policy);
        if (status == RH_INPUT) return rh_fail(error, status, "%s", why.message);
    }
    return RH_OK;
}

rh_status rh_run_first_policy(rh_run *run, rh_error *error)
{
    rh_feature *features[RH_FEATURES_MAX];
    int instruments[RH_FEATURES_MAX];
    rh_policy *policy = NULL;
    RH_TRY(prepare(run, &run->scenario->policy, &policy, features, instruments, error));
    bool idle = !run->scenario->policy.has_script && !strcmp(policy->name, "none");
    run->first_params = policy->params;
    memcpy(run->first_name, policy->name, sizeof run->first_name);
    memcpy(run->first_version, policy->version, sizeof run->first_version);
    memcpy(run->first_sha256, policy->sha256, sizeof run->first_sha256);
    digest_policy(run, policy);
    RH_TRY(go_live(run, policy, features, instruments, error));
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
    RH_ASSERT(run->swap_count < RH_SWAPS_MAX); /* each scheduled swap comes once */
    rh_swap_record *r = &run->swaps[run->swap_count++];
    *r = (rh_swap_record){.time_ns = run->now_ns, .sequence = run->sequence};
    snprintf(r->from, sizeof r->from, "%s", run->slot.policy ? run->slot.policy->name : "none");
    snprintf(r->to, sizeof r->to, "%s", to);
    return r;
}

rh_status rh_run_swap(rh_run *run, const rh_swap *swap, rh_error *error)
{
    rh_feature *features[RH_FEATURES_MAX];
    int instruments[RH_FEATURES_MAX];
    rh_policy *policy = NULL;
    rh_error why = {0};
    const char *label = swap->choice.native ? swap->choice.native->name : swap->choice.source.label;
    rh_status status = prepare(run, &swap->choice, &policy, features, instruments, &why);
    if (status != RH_OK) {
        rh_swap_record *refused = record_swap(run, label);
        snprintf(refused->reason, sizeof refused->reason, "%.250s", why.message);
        rh_journal(run, "swap_refused", "%s: %s", label, why.message);
        remember_failure(run, why.message);
        return RH_OK;
    }
    rh_swap_record *done = record_swap(run, policy->name);
    done->accepted = true;
    memcpy(done->sha256, policy->sha256, sizeof done->sha256);
    double value[6] = {swap->cancel_orders};
    rh_digest_event(run, RH_TAG_SWAP, 0, run->now_ns, value);
    digest_policy(run, policy);
    rh_journal(run, "swap", "%s %s replaces %s, orders %s", policy->name, policy->version,
               done->from, swap->cancel_orders ? "cancelled" : "kept");
    if (swap->cancel_orders) RH_TRY(rh_run_cancel_all(run, error));
    RH_TRY(go_live(run, policy, features, instruments, error));
    rh_run_want_wake(run, RH_ON_CLIENT);
    run->slot.seen = 0;
    return RH_OK;
}

static rh_status hand_over(rh_run *run, rh_error *error)
{
    rh_policy_choice choice = {.native = run->scenario->failover};
    rh_feature *features[RH_FEATURES_MAX];
    int instruments[RH_FEATURES_MAX];
    rh_policy *policy = NULL;
    RH_TRY(prepare(run, &choice, &policy, features, instruments, error));
    digest_policy(run, policy);
    rh_journal(run, "failover", "native policy %s takes over", policy->name);
    return go_live(run, policy, features, instruments, error);
}

rh_status rh_run_killed(rh_run *run, rh_kill_kind kind, const rh_error *why, rh_error *error)
{
    double value[6] = {kind};
    rh_digest_event(run, RH_TAG_KILL, (uint32_t)kind, run->now_ns, value);
    RH_ASSERT(run->slot.policy);
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
