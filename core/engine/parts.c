/* A policy is loaded: one script for trigger and scale, or one for each, with their features and
 * params. Must not touch the live policy. Invariant: what is handed back is whole, or nothing. */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "engine/run.h"

static void policy_log(void *host, const char *text)
{
    rh_journal(host, "log", "%s", text);
}

void rh_part_free(rh_policy_part *part)
{
    for (int f = 0; f < RH_FEATURES_MAX; f++) rh_feature_free(part->features[f]);
    rh_policy_free(part->policy);
    *part = (rh_policy_part){0};
}

/* A whole script draws from the trigger's streams. One that only scales, because a new trigger took
 * the rest of it over, has given them to that one: they are not the scale's. */
rh_status rh_parts_keep_streams(rh_run *run, rh_error *error)
{
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = run->slot.part[p].policy;
        rh_buffer now = {0};
        if (!policy || !policy->methods->save_streams || run->slot.part[p].streams_gone) continue;
        rh_status status = policy->methods->save_streams(policy, &now, error);
        if (status != RH_OK) {
            rh_buffer_free(&now);
            return status;
        }
        rh_buffer_free(&run->streams[p]);
        run->streams[p] = now;
    }
    return RH_OK;
}

static rh_status load_script(rh_run *run, const rh_policy_choice *choice, rh_json params,
                             rh_part which, rh_purpose why, rh_policy **policy, rh_error *error)
{
    const rh_run_request *request = run->request;
    const char *names[RH_HEDGES_MAX], *venues[RH_HEDGES_MAX], *assets[RH_ASSETS_MAX];
    for (int h = 0; h < run->scenario->hedge_count; h++) {
        const rh_instrument *hedge = &run->universe->instruments[run->scenario->hedges[h]];
        names[h] = hedge->name;
        venues[h] = run->scenario->venues[hedge->venue].name;
    }
    for (int a = 0; a < run->universe->asset_count; a++) assets[a] = run->universe->assets[a].name;
    rh_policy_services services = {.seed = run->scenario->seed,
                                   .path = run->scenario->path_index,
                                   .purpose = which == RH_PART_SCALE ? RH_PURPOSE_SCALE
                                                                     : RH_PURPOSE_POLICY,
                                   .hedges = names,
                                   .hedge_venues = venues,
                                   .assets = assets,
                                   .asset_count = run->universe->asset_count,
                                   .hedge_count = run->scenario->hedge_count,
                                   .log = why == RH_TO_LIVE ? policy_log : NULL,
                                   .host = run,
                                   .trusted = request->trusted,
                                   .restarts = run->lean,
                                   .trial = why != RH_TO_LIVE,
                                   .streams = run->streams[which].bytes,
                                   .streams_length = run->streams[which].length,
                                   .machine_decided = &run->machine_refused,
                                   .gas_matters = run->scenario->compute_ns_per_gas > 0.0};
    if (choice->native) return choice->native->create(params, policy, error);
    if (!request->loader) {
        return rh_fail(error, RH_USAGE, "%s: this program was built without the Lua host",
                       choice->source.label);
    }
    return request->loader->load(request->loader->context, &choice->source, params, &services,
                                 policy, error);
}

rh_status rh_part_make_features(rh_run *run, rh_policy_part *part, rh_error *error)
{
    const rh_policy *policy = part->policy;
    for (int f = 0; f < RH_FEATURES_MAX; f++) {
        rh_feature_free(part->features[f]);
        part->features[f] = NULL;
    }
    for (int f = 0; f < policy->feature_count; f++) {
        RH_TRY(rh_feature_new(&policy->features[f], &part->features[f], error));
        const char *name = part->features[f]->instrument;
        part->feature_instrument[f] = *name ? rh_universe_instrument(run->universe, name)
                                            : run->universe->assets[run->asset].primary;
        if (part->feature_instrument[f] < 0) {
            return rh_fail(error, RH_POLICY, "feature %s: there is no instrument \"%s\"",
                           policy->features[f].name, name);
        }
    }
    return RH_OK;
}

/* A script that stands alone gives both parts; a part's script may give more than the part. */
static rh_status check_gives(const rh_policy *policy, bool whole, rh_part part, rh_error *error)
{
    bool gives[RH_PARTS] = {policy->has_trigger, policy->has_scale};
    if (!whole && gives[part]) return RH_OK;
    if (!whole) {
        return rh_fail(error, RH_POLICY, "%s gives no %s, only a %s", policy->name,
                       rh_part_words[part], rh_part_words[1 - part]);
    }
    if (gives[RH_PART_TRIGGER] && gives[RH_PART_SCALE]) return RH_OK;
    rh_part missing = gives[RH_PART_TRIGGER] ? RH_PART_SCALE : RH_PART_TRIGGER;
    return rh_fail(error, RH_POLICY,
                   "%s gives no %s, so it cannot trade alone: name a \"trigger\" and a \"scale\" "
                   "script (--policy trigger=FILE,scale=FILE)",
                   policy->name, rh_part_words[missing]);
}

/* Hedges of several assets need a policy that says it looks at all of them. */
static rh_status check_scope(const rh_run *run, const rh_policy *policy, rh_error *error)
{
    bool several = (run->hedged & (run->hedged - 1)) != 0;
    if (!several || policy->portfolio) return RH_OK;
    return rh_fail(error, RH_POLICY,
                   "%s hedges one asset, and the hedge instruments are of several: a policy for "
                   "them says scope = \"portfolio\"",
                   policy->name);
}

static rh_status load_part(rh_run *run, const rh_policy_choice *choice, rh_json params, bool whole,
                           rh_part which, rh_purpose why, rh_policy_part *part, rh_error *error)
{
    part->choice = choice;
    RH_TRY(load_script(run, choice, params, which, why, &part->policy, error));
    RH_TRY(check_gives(part->policy, whole, which, error));
    RH_TRY(check_scope(run, part->policy, error));
    return rh_part_make_features(run, part, error);
}

/* --- params that are given to both parts ---------------------------------------------------- */

static rh_status nobody_declares(const rh_params *const declared[RH_PARTS], rh_json at,
                                 const char *name, rh_error *error)
{
    const char *names[RH_PARTS * RH_PARAMS_MAX];
    size_t count = 0;
    for (int p = 0; p < RH_PARTS; p++) {
        for (int k = 0; declared[p] && k < declared[p]->count; k++)
            names[count++] = declared[p]->spec[k].name;
    }
    const char *near = rh_nearest_name(name, names, count);
    return rh_json_fail(at, error, "unknown param: neither trigger nor scale has it%s%s%s",
                        near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* Write the params of one part: its own, and of the shared ones those that only it declares. */
static rh_status write_params(const rh_policy_pick *pick, rh_part part,
                              const rh_params *const declared[RH_PARTS], rh_json_writer *w,
                              rh_error *error)
{
    rh_json own = pick->choice[part].params;
    for (size_t k = 0; own.node && k < rh_json_count(own); k++) {
        rh_json_put_value(w, rh_json_key_at(own, k), rh_json_at(own, k));
    }
    for (size_t k = 0; k < rh_json_count(pick->params); k++) {
        const char *name = rh_json_key_at(pick->params, k);
        rh_json at = rh_json_at(pick->params, k);
        bool has[RH_PARTS];
        for (int p = 0; p < RH_PARTS; p++)
            has[p] = declared[p] && rh_params_find(declared[p], name) >= 0;
        if (!has[0] && !has[1]) return nobody_declares(declared, at, name, error);
        if (has[0] && has[1]) {
            return rh_json_fail(at, error,
                                "trigger and scale both have this param: say which "
                                "(trigger_params or scale_params; --set policy.trigger.%.60s)",
                                name);
        }
        if (!has[part]) continue;
        if (own.node && rh_json_has(own, name)) continue; /* what names its part wins */
        rh_json_put_value(w, name, at);
    }
    return RH_OK;
}

/* A document {"policy": {"trigger_params": {...}}}, so that messages say where a param belongs. */
static rh_status merged_params(const rh_policy_pick *pick, rh_part part,
                               const rh_params *const declared[RH_PARTS], rh_json_doc **doc,
                               rh_json *params, rh_error *error)
{
    rh_buffer text = {0};
    rh_json_writer w = {.out = &text};
    char key[RH_NAME_MAX];
    snprintf(key, sizeof key, "%s_params", rh_part_words[part]);
    rh_json_open(&w, NULL, '{');
    rh_json_open(&w, "policy", '{');
    rh_json_open(&w, key, '{');
    rh_status status = write_params(pick, part, declared, &w, error);
    for (int k = 0; k < 3; k++) rh_json_close(&w, '}');
    if (status == RH_OK && text.failed)
        status = rh_fail(error, RH_NO_MEMORY, "no memory for the params");
    if (status == RH_OK) {
        status = rh_json_parse(rh_json_doc_name(pick->params.doc), text.bytes, text.length, doc,
                               error);
    }
    rh_buffer_free(&text);
    RH_TRY(status);
    RH_TRY(rh_json_get(rh_json_root(*doc), "policy", RH_REQUIRED, params, error));
    return rh_json_get(*params, key, RH_REQUIRED, params, error);
}

/* Load both scripts with their defaults to learn what they declare. */
static rh_status learn_params(rh_run *run, const rh_policy_pick *pick, rh_policy *probe[RH_PARTS],
                              rh_error *error)
{
    for (int p = 0; p < RH_PARTS; p++) {
        if (!rh_choice_given(&pick->choice[p])) continue;
        RH_TRY(load_script(run, &pick->choice[p], (rh_json){0}, (rh_part)p, RH_TO_LOOK, &probe[p],
                           error));
    }
    return RH_OK;
}

static rh_status load_separate(rh_run *run, const rh_policy_pick *pick, rh_purpose why,
                               rh_parts *parts, rh_error *error)
{
    rh_policy *probe[RH_PARTS] = {NULL};
    rh_json_doc *docs[RH_PARTS] = {NULL};
    rh_status status = RH_OK;
    bool shared = pick->params.node && rh_json_count(pick->params) > 0;
    if (shared) status = learn_params(run, pick, probe, error);
    const rh_params *declared[RH_PARTS];
    for (int p = 0; p < RH_PARTS; p++) declared[p] = probe[p] ? &probe[p]->params : NULL;
    for (int p = 0; p < RH_PARTS && status == RH_OK; p++) {
        rh_json params = pick->choice[p].params;
        if (!rh_choice_given(&pick->choice[p])) continue;
        if (shared) {
            status = merged_params(pick, (rh_part)p, declared, &docs[p], &params, error);
        }
        if (status == RH_OK) {
            status = load_part(run, &pick->choice[p], params, false, (rh_part)p, why,
                               &parts->part[p], error);
        }
    }
    for (int p = 0; p < RH_PARTS; p++) {
        rh_policy_free(probe[p]);
        rh_json_free(docs[p]);
    }
    return status;
}

void rh_parts_free(rh_parts *parts)
{
    for (int p = 0; p < RH_PARTS; p++) rh_part_free(&parts->part[p]);
}

rh_status rh_parts_load(rh_run *run, const rh_policy_pick *pick, rh_purpose why, rh_parts *parts,
                        rh_error *error)
{
    *parts = (rh_parts){.whole = pick->whole};
    rh_status status =
        pick->whole ? load_part(run, &pick->choice[0], pick->choice[0].params, true,
                                RH_PART_TRIGGER, why, &parts->part[RH_PART_TRIGGER], error)
                    : load_separate(run, pick, why, parts, error);
    if (status == RH_OK) status = rh_series_check(parts, error);
    if (status != RH_OK) rh_parts_free(parts);
    return status;
}
