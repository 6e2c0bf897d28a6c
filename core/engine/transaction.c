/* A swap as a transaction: the new policy is compiled in a VM of its own, given the live one's state,
 * tried on the recent wakes, thrown away, and made a second time to go live. Must not change the
 * run: until the caller commits, the old policy trades on as if nobody had asked. What a refused
 * candidate has seen, drawn or ordered is gone with its VM. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/run.h"

static void policy_log(void *host, const char *text)
{
    rh_journal(host, "log", "%s", text);
}

static rh_status load(rh_run *run, const rh_policy_choice *choice, bool quiet, rh_policy **policy,
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
                                   .log = quiet ? NULL : policy_log,
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

void rh_candidate_free(rh_candidate *candidate)
{
    for (int f = 0; f < RH_FEATURES_MAX; f++)
        rh_feature_free(candidate->features[f]);
    rh_policy_free(candidate->policy);
    *candidate = (rh_candidate){0};
}

/* Loaded and whole, with the state of another policy when there is any; else freed. */
static rh_status make(rh_run *run, const rh_policy_choice *choice, const rh_buffer *state,
                      bool quiet, rh_candidate *candidate, rh_error *error)
{
    const rh_policy *old = run->slot.policy;
    *candidate = (rh_candidate){.choice = choice};
    rh_status status = load(run, choice, quiet, &candidate->policy, error);
    rh_policy *policy = candidate->policy;
    if (status == RH_OK) status = check_parts(policy, error);
    if (status == RH_OK) {
        status = make_features(run, policy, candidate->features, candidate->instruments, error);
    }
    if (status == RH_OK && state && state->length > 0 && policy->methods->load_state) {
        status = policy->methods->load_state(policy, state->bytes, state->length, old->name,
                                             old->version, error);
    }
    if (status != RH_OK) rh_candidate_free(candidate);
    return status;
}

rh_status rh_candidate_load(rh_run *run, const rh_policy_choice *choice, rh_candidate *candidate,
                            rh_error *error)
{
    return make(run, choice, NULL, false, candidate, error);
}

/* --- features from the recent records ------------------------------------------------------ */

/* Feed records from *next on, as long as they are known at `until_ns`. */
static void warm_up(const rh_recent *recent, rh_candidate *candidate, uint64_t *next,
                    int64_t until_ns)
{
    for (; *next < recent->record_count; ++*next) {
        const rh_record *record = &recent->records[*next & (RH_WARM_UP_RECORDS - 1)];
        if (record->known_ns > until_ns) return;
        for (int f = 0; f < candidate->policy->feature_count; f++) {
            if (candidate->instruments[f] != record->instrument) continue;
            candidate->features[f]->update(candidate->features[f], record);
        }
    }
}

static uint64_t oldest_record(const rh_recent *recent)
{
    return recent->record_count > RH_WARM_UP_RECORDS ? recent->record_count - RH_WARM_UP_RECORDS
                                                     : 0;
}

static bool all_ready(rh_candidate *candidate, int64_t now_ns, double values[RH_FEATURES_MAX])
{
    bool ready = true;
    for (int f = 0; f < candidate->policy->feature_count; f++) {
        ready &= candidate->features[f]->value(candidate->features[f], now_ns, &values[f]);
    }
    return ready;
}

/* --- the trial ----------------------------------------------------------------------------- */

/* What a view of the trial answers from: the kept fields of the past, everything else of now. */
static double present_field(void *host, rh_view_field field)
{
    return rh_run_view_field(host, field);
}

static double present_cost(void *host, double qty)
{
    return rh_run_cost(host, qty);
}

static void ignore_wake_outside(void *host, double lo, double hi)
{
    (void)host, (void)lo, (void)hi;
}

static void ignore_wake_in(void *host, int64_t duration_ns)
{
    (void)host, (void)duration_ns;
}

static void recall(rh_run *run, const rh_recent_view *kept, rh_view *view)
{
    static const rh_view_ops ops = {present_field, present_cost, ignore_wake_outside,
                                    ignore_wake_in};
    *view = (rh_view){.time_ns = kept->time_ns, .ops = &ops, .host = run};
    view->eager[RH_VIEW_SPOT] = kept->spot;
    view->eager[RH_VIEW_DELTA] = kept->delta;
    view->eager[RH_VIEW_DELTA_FILLED] = kept->delta_filled;
    view->eager[RH_VIEW_PENDING] = kept->pending;
    view->eager_mask = 1u << RH_VIEW_SPOT | 1u << RH_VIEW_DELTA | 1u << RH_VIEW_DELTA_FILLED |
                       1u << RH_VIEW_PENDING;
}

/* One wake: the orders are looked at by the policy interface and dropped. */
static rh_status try_one(rh_policy *policy, const rh_view *view, const double *features,
                         rh_error *why)
{
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    rh_decision decision = {0};
    rh_kill_kind kind = RH_KILL_ERROR;
    size_t count = 0;
    RH_TRY(policy->methods->trigger(policy, view, features, &decision, &kind, why));
    if (!decision.fire) return RH_OK;
    return policy->methods->scale(policy, view, features, decision.lo, decision.hi, orders, &count,
                                  &kind, why);
}

static rh_status try_out(rh_run *run, rh_candidate *candidate, rh_error *why)
{
    const rh_recent *recent = run->recent;
    rh_policy *policy = candidate->policy;
    double features[RH_FEATURES_MAX] = {0};
    uint64_t record = oldest_record(recent), view_at = 0;
    int64_t gas_before = policy->gas_spent;
    if (!rh_books_can_mark(&run->reported, &run->known)) return RH_OK; /* nothing to ask about */
    if (recent->view_count > RH_DRY_RUN_VIEWS) view_at = recent->view_count - RH_DRY_RUN_VIEWS;
    for (; view_at < recent->view_count; view_at++) {
        const rh_recent_view *kept = &recent->views[view_at % RH_DRY_RUN_VIEWS];
        rh_view view;
        warm_up(recent, candidate, &record, kept->time_ns);
        if (!all_ready(candidate, kept->time_ns, features)) continue;
        if (policy->gas_spent - gas_before > RH_DRY_RUN_GAS) break;
        recall(run, kept, &view);
        candidate->views++;
        if (try_one(policy, &view, features, why) == RH_OK) continue;
        char time[RH_TIME_TEXT];
        rh_text_time(time, kept->time_ns);
        return rh_fail_in(why, "tried on the wake of %s", time);
    }
    return RH_OK;
}

/* --- the whole ----------------------------------------------------------------------------- */

static rh_status prove(rh_run *run, const rh_policy_choice *choice, const rh_buffer *state,
                       rh_candidate *candidate, rh_error *why)
{
    rh_candidate trial;
    *candidate = (rh_candidate){0};
    RH_TRY(make(run, choice, state, true, &trial, why));
    rh_status status = try_out(run, &trial, why);
    int64_t gas = trial.policy->gas_spent;
    int views = trial.views;
    bool machine_decided = !trial.policy->reproducible;
    rh_candidate_free(&trial);
    if (status == RH_OK) status = make(run, choice, state, false, candidate, why);
    candidate->machine_decided = machine_decided;
    RH_TRY(status);
    uint64_t record = oldest_record(run->recent);
    warm_up(run->recent, candidate, &record, run->now_ns);
    candidate->state_bytes = state->length;
    candidate->gas = gas + candidate->policy->gas_spent;
    candidate->views = views;
    return RH_OK;
}

rh_status rh_candidate_prove(rh_run *run, const rh_policy_choice *choice, rh_candidate *candidate,
                             rh_error *why)
{
    const rh_policy *old = run->slot.policy;
    rh_buffer state = {0};
    rh_status status = RH_OK;
    *candidate = (rh_candidate){0};
    if (old && old->methods->save_state) status = old->methods->save_state(old, &state, why);
    if (status == RH_OK) status = prove(run, choice, &state, candidate, why);
    rh_buffer_free(&state);
    return status;
}
