/* Which policies a scenario names: the policy block or the command line's, and the scheduled swaps.
 * Sources are read and hashed here, once; they become policies when the run needs them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/scenario.h"

static rh_status unknown_native(const char *name, rh_json at, rh_error *error)
{
    const char *names[32];
    size_t count = 0;
    while (rh_native_policies[count].name && count < 32) {
        names[count] = rh_native_policies[count].name;
        count++;
    }
    const char *near = rh_nearest_name(name, names, count);
    return rh_json_fail(at, error, "found native policy \"%s\"%s%s%s", name,
                        near ? "; did you mean \"" : ", expected none, interval or delta_band",
                        near ? near : "", near ? "\"?" : "");
}

rh_status rh_choice_named(const rh_scenario *s, const char *name, rh_json at, bool from_file,
                          rh_policy_choice *choice, rh_error *error)
{
    choice->at = at;
    if (!strncmp(name, "native:", 7)) {
        choice->native = rh_native_policy_find(name + 7);
        return choice->native ? RH_OK : unknown_native(name + 7, at, error);
    }
    choice->has_script = true;
    rh_status status;
    if (!from_file || !rh_policy_is_path(name)) {
        status = rh_policy_source_open(s->finder, name, &choice->source, error);
        snprintf(choice->path, sizeof choice->path, "%s", rh_policy_is_path(name) ? name : "");
    } else {
        status = rh_path_resolve(s->path, name, s->allowed, choice->path, error);
        if (status == RH_OK)
            status = rh_policy_source_open(s->finder, choice->path, &choice->source, error);
        if (status == RH_OK) /* as the person wrote it, not where it was found */
            rh_policy_source_label(&choice->source, name);
    }
    if (status != RH_OK && from_file && error) {
        char message[RH_ERROR_MESSAGE_MAX];
        memcpy(message, error->message, sizeof message);
        rh_json_fail(at, error, "%s", message);
        error->status = status;
    }
    return status;
}

rh_status rh_choice_params(rh_json block, rh_policy_choice *choice, rh_error *error)
{
    rh_status found = rh_json_get(block, "params", RH_OPTIONAL, &choice->params, error);
    if (found == RH_NOT_FOUND) {
        choice->params = (rh_json){0};
        return RH_OK;
    }
    RH_TRY(found);
    if (rh_json_kind(choice->params) == RH_JSON_OBJECT) return RH_OK;
    return rh_json_expect(choice->params, error, "an object of params");
}

static rh_status read_on_failure(rh_scenario *s, rh_json block, rh_error *error)
{
    const char *word = "hold";
    RH_TRY(rh_json_text(block, "on_failure", RH_OPTIONAL, &word, error));
    if (!strcmp(word, "hold")) return RH_OK;
    s->on_failure = RH_FAILURE_FLATTEN;
    if (!strcmp(word, "flatten")) return RH_OK;
    s->on_failure = RH_FAILURE_NATIVE;
    s->failover.native = rh_native_policy_find(strncmp(word, "native:", 7) ? word : word + 7);
    if (s->failover.native) return RH_OK;
    return rh_json_fail(block, error,
                        "on_failure: found \"%s\", expected \"hold\", \"flatten\" or "
                        "the name of a native policy",
                        word);
}

static rh_status read_policy(rh_scenario *s, rh_json root, rh_error *error)
{
    static const char *const keys[] = {"script", "params", "on_failure", NULL};
    rh_json block;
    const char *script = NULL;
    s->policy.native = rh_native_policy_find("none");
    rh_status found = rh_json_get(root, "policy", RH_OPTIONAL, &block, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    if (rh_json_has(block, "trigger") || rh_json_has(block, "scale")) {
        return rh_json_fail(block, error,
                            "separate trigger and scale scripts are not in this "
                            "version; name one \"script\" that gives both");
    }
    RH_TRY(rh_json_keys(block, keys, error));
    RH_TRY(rh_json_text(block, "script", RH_REQUIRED, &script, error));
    RH_TRY(read_on_failure(s, block, error));
    s->policy.native = NULL;
    RH_TRY(rh_choice_named(s, script, block, true, &s->policy, error));
    return rh_choice_params(block, &s->policy, error);
}

/* "NAME" or "NAME:k=v,k=v" from the command line; --set policy.PARAM still applies. */
static rh_status read_override(rh_scenario *s, rh_json root, const char *text, rh_error *error)
{
    rh_json block;
    char name[RH_PATH_MAX];
    const char *params = NULL;
    RH_TRY(rh_spec_name(text, name, &params, error));
    RH_TRY(rh_json_parse(name, "{\"params\": {}}", 14, &s->override_doc, error));
    /* --set policy.x made a policy block in the scenario's document: its params come first. */
    if (rh_json_get(root, "policy", RH_OPTIONAL, &block, NULL) == RH_OK) {
        rh_buffer copy = {0};
        rh_json_writer writer = {.out = &copy};
        rh_json_free(s->override_doc);
        s->override_doc = NULL;
        rh_json_put_value(&writer, NULL, block);
        rh_status status =
            copy.failed ? rh_fail(error, RH_NO_MEMORY, "no memory for the params")
                        : rh_json_parse(name, copy.bytes, copy.length, &s->override_doc, error);
        rh_buffer_free(&copy);
        RH_TRY(status);
    }
    RH_TRY(rh_spec_params(text, params, s->override_doc, error));
    rh_json own = rh_json_root(s->override_doc);
    s->policy.native = NULL;
    RH_TRY(rh_choice_named(s, name, own, false, &s->policy, error));
    return rh_choice_params(own, &s->policy, error);
}

static rh_status read_swap(rh_scenario *s, rh_json at, rh_error *error)
{
    static const char *const keys[] = {"at", "script", "params", "orders", NULL};
    static const char *const orders[] = {"keep", "cancel", NULL};
    rh_swap *swap = &s->swaps[s->swap_count];
    const char *script = NULL;
    int cancel = 0;
    RH_TRY(rh_json_keys(at, keys, error));
    RH_TRY(rh_json_time(at, "at", RH_REQUIRED, &swap->at_ns, error));
    if (swap->at_ns < s->from_ns || swap->at_ns > s->to_ns) {
        rh_json time;
        RH_TRY(rh_json_get(at, "at", RH_REQUIRED, &time, error));
        return rh_json_fail(time, error, "expected a time inside the clock");
    }
    RH_TRY(rh_json_choice(at, "orders", RH_OPTIONAL, orders, &cancel, error));
    RH_TRY(rh_json_text(at, "script", RH_REQUIRED, &script, error));
    swap->cancel_orders = cancel == 1;
    s->swap_count++; /* from here on the source is freed with the scenario */
    RH_TRY(rh_choice_named(s, script, at, true, &swap->choice, error));
    return rh_choice_params(at, &swap->choice, error);
}

static rh_status read_swaps(rh_scenario *s, rh_json root, rh_error *error)
{
    rh_json list;
    rh_status found = rh_json_get(root, "swaps", RH_OPTIONAL, &list, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    if (rh_json_kind(list) != RH_JSON_ARRAY || rh_json_count(list) > RH_SWAPS_MAX) {
        return rh_json_fail(list, error, "expected a list of at most %d swaps", RH_SWAPS_MAX);
    }
    s->swaps = rh_arena_array(&s->arena, rh_json_count(list) + 1, sizeof *s->swaps);
    if (!s->swaps) return rh_fail(error, RH_NO_MEMORY, "no memory for the swaps");
    for (size_t n = 0; n < rh_json_count(list); n++) {
        RH_TRY(read_swap(s, rh_json_at(list, n), error));
    }
    return RH_OK;
}

rh_status rh_scenario_read_policies(rh_scenario *s, rh_json root, const rh_run_request *request,
                                    rh_error *error)
{
    if (request->policy) {
        RH_TRY(read_override(s, root, request->policy, error));
    } else {
        RH_TRY(read_policy(s, root, error));
    }
    bool acts = s->policy.has_script || strcmp(s->policy.native->name, "none") != 0;
    if (acts && s->hedge_count == 0) {
        return rh_fail(error, RH_INPUT,
                       "/hedge: a policy needs at least one instrument to hedge with");
    }
    return read_swaps(s, root, error);
}
