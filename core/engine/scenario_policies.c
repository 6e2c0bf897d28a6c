/* Which policies a scenario names: the policy block or the command line's, and the scheduled swaps.
 * Sources are read and hashed here, once; they become policies when the run needs them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/actual.h"
#include "engine/archive.h"

const char *const rh_part_words[RH_PARTS] = {"trigger", "scale"};

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

/* `from_file`: paths are relative to the scenario and stay below it; else to the working folder. */
static rh_status choose(const rh_scenario *s, const char *name, rh_json at, bool from_file,
                        rh_policy_choice *choice, rh_error *error)
{
    choice->at = at;
    if (!strncmp(name, "native:", 7)) {
        choice->native = rh_native_policy_find(name + 7);
        return choice->native ? RH_OK : unknown_native(name + 7, at, error);
    }
    choice->has_script = true;
    rh_status status;
    if (s->archive && rh_archive_is_reference(name)) {
        status = rh_archive_resolve(s, name, &choice->source, error);
    } else if (s->archive) { /* no file of this machine is a script of somebody's directory */
        status = rh_fail(error, RH_INPUT, "a run directory names its scripts by their hashes");
    } else if (!from_file || !rh_policy_is_path(name)) {
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

static rh_status take_params(rh_json block, const char *key, rh_json *params, rh_error *error)
{
    rh_status found = rh_json_get(block, key, RH_OPTIONAL, params, error);
    if (found == RH_NOT_FOUND) {
        *params = (rh_json){0};
        return RH_OK;
    }
    RH_TRY(found);
    if (rh_json_kind(*params) == RH_JSON_OBJECT) return RH_OK;
    return rh_json_expect(*params, error, "an object of params");
}

static const char *const params_keys[RH_PARTS] = {"trigger_params", "scale_params"};

/* Params of a part need a script of that part. */
static rh_status refuse_stray_params(rh_json block, const rh_policy_pick *pick, rh_error *error)
{
    for (int p = 0; p < RH_PARTS; p++) {
        bool named = !pick->whole && rh_choice_given(&pick->choice[p]);
        if (named || !rh_json_has(block, params_keys[p])) continue;
        return rh_json_fail(block, error, "%s: there is no separate %s script here%s",
                            params_keys[p], rh_part_words[p],
                            pick->whole ? "; one script gives both: its are \"params\"" : "");
    }
    return RH_OK;
}

/* The params of a pick from its block, once its scripts are known. */
static rh_status read_params(rh_json block, rh_policy_pick *pick, rh_error *error)
{
    RH_TRY(refuse_stray_params(block, pick, error));
    if (pick->whole) return take_params(block, "params", &pick->choice[0].params, error);
    for (int p = 0; p < RH_PARTS; p++)
        RH_TRY(take_params(block, params_keys[p], &pick->choice[p].params, error));
    return take_params(block, "params", &pick->params, error);
}

/* "script", or "trigger" and "scale"; a swap (`may_stay`) may name one of the two only. */
static rh_status read_pick(rh_scenario *s, rh_json block, bool may_stay, rh_policy_pick *pick,
                           rh_error *error)
{
    const char *script = NULL;
    bool parts = rh_json_has(block, "trigger") || rh_json_has(block, "scale");
    if (parts && rh_json_has(block, "script")) {
        return rh_json_fail(block, error,
                            "name one \"script\" that gives both parts, or a \"trigger\" and a "
                            "\"scale\"");
    }
    pick->whole = !parts;
    if (!parts) {
        RH_TRY(rh_json_text(block, "script", RH_REQUIRED, &script, error));
        RH_TRY(choose(s, script, block, true, &pick->choice[RH_PART_TRIGGER], error));
        return read_params(block, pick, error);
    }
    for (int p = 0; p < RH_PARTS; p++) {
        if (!rh_json_has(block, rh_part_words[p])) {
            if (may_stay) continue;
            return rh_json_fail(block, error, "a policy needs both parts: \"%s\" is missing",
                                rh_part_words[p]);
        }
        RH_TRY(rh_json_text(block, rh_part_words[p], RH_REQUIRED, &script, error));
        RH_TRY(choose(s, script, block, true, &pick->choice[p], error));
    }
    return read_params(block, pick, error);
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

/* {"actual": FILE}: recorded hedges, and nobody who decides. */
static rh_status read_actual(rh_scenario *s, rh_json block, rh_error *error)
{
    char path[RH_PATH_MAX + 128];
    const char *name = NULL;
    if (rh_json_has(block, "script") || rh_json_has(block, "trigger") ||
        rh_json_has(block, "scale") || rh_json_has(block, "params")) {
        return rh_json_fail(block, error, "recorded hedges (\"actual\") have neither a script nor "
                                          "params");
    }
    RH_TRY(rh_json_text(block, "actual", RH_REQUIRED, &name, error));
    if (s->archive) return rh_archive_actual_read(s, name, error);
    RH_TRY(rh_path_resolve(s->path, name, s->allowed, path, error));
    return rh_actual_read(s, path, name, error);
}

static rh_status read_policy(rh_scenario *s, rh_json root, rh_error *error)
{
    static const char *const keys[] = {"script",         "params",       "trigger",    "scale",
                                       "trigger_params", "scale_params", "on_failure",
                                       "compute_ns_per_gas", "actual", NULL};
    rh_json block;
    s->policy.whole = true;
    s->policy.choice[0].native = rh_native_policy_find("none");
    rh_status found = rh_json_get(root, "policy", RH_OPTIONAL, &block, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    RH_TRY(rh_json_keys(block, keys, error));
    RH_TRY(read_on_failure(s, block, error));
    RH_TRY(rh_json_number(block, "compute_ns_per_gas", RH_OPTIONAL, 0.0, 1e9,
                          &s->compute_ns_per_gas, error));
    if (s->compute_ns_per_gas > 0.0) s->frictions |= 1u << RH_FRICTION_COMPUTE;
    if (s->without >> RH_FRICTION_COMPUTE & 1u) s->compute_ns_per_gas = 0.0;
    if (rh_json_has(block, "actual")) return read_actual(s, block, error);
    s->policy.choice[0].native = NULL;
    return read_pick(s, block, false, &s->policy, error);
}

/* --- from the command line ----------------------------------------------------------------- */

/* Params made by --set policy.x come first: their block becomes a document of its own. */
static rh_status copy_block(rh_scenario *s, rh_json root, const char *name, rh_error *error)
{
    rh_json block;
    rh_buffer copy = {0};
    if (rh_json_get(root, "policy", RH_OPTIONAL, &block, NULL) != RH_OK)
        return rh_json_parse(name, "{}", 2, &s->policy.doc[0], error);
    rh_json_writer writer = {.out = &copy};
    rh_json_put_value(&writer, NULL, block);
    rh_status status = copy.failed
                           ? rh_fail(error, RH_NO_MEMORY, "no memory for the params")
                           : rh_json_parse(name, copy.bytes, copy.length, &s->policy.doc[0], error);
    rh_buffer_free(&copy);
    return status;
}

/* "k=v,k=v" up to `end` into the object `into` of the document. */
static rh_status set_params(rh_json_doc *doc, const char *text, const char *at, const char *end,
                            const char *into, rh_error *error)
{
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
        const char *equals = memchr(at, '=', (size_t)(stop - at));
        char path[RH_NAME_MAX + 32], value[256];
        if (!equals || equals == at || equals - at >= RH_NAME_MAX ||
            (size_t)(stop - equals) > sizeof value) {
            return rh_fail(error, RH_USAGE, "policy \"%s\": expected param=value at \"%.40s\"",
                           text, at);
        }
        snprintf(path, sizeof path, "%s.%.*s", into, (int)(equals - at), at);
        snprintf(value, sizeof value, "%.*s", (int)(stop - equals - 1), equals + 1);
        RH_TRY(rh_json_set(doc, path, value, error));
        at = comma ? comma + 1 : end;
    }
    return RH_OK;
}

/* "NAME" or "NAME:k=v,k=v", from `at` to `end` of the whole `text`. */
static rh_status choose_named(const rh_scenario *s, rh_json_doc *doc, const char *text,
                              const char *at, const char *end, const char *into,
                              rh_policy_choice *choice, rh_error *error)
{
    char name[RH_PATH_MAX];
    size_t lead = !strncmp(at, "native:", 7) ? 7 : 0;
    const char *colon = memchr(at + lead, ':', (size_t)(end - at) - lead);
    size_t length = (size_t)((colon ? colon : end) - at);
    if (length == 0 || length >= sizeof name) {
        return rh_fail(error, RH_USAGE, "policy \"%s\": expected NAME or NAME:param=value,...",
                       text);
    }
    memcpy(name, at, length);
    name[length] = '\0';
    if (colon) RH_TRY(set_params(doc, text, colon + 1, end, into, error));
    return choose(s, name, rh_json_root(doc), false, choice, error);
}

/* The part that begins at `at` ("trigger=" or "scale="), -1: none does. */
static int part_at(const char *at)
{
    for (int p = 0; p < RH_PARTS; p++) {
        size_t length = strlen(rh_part_words[p]);
        if (!strncmp(at, rh_part_words[p], length) && at[length] == '=') return p;
    }
    return -1;
}

/* "trigger=NAME:k=v,scale=NAME:k=v", in either order; `may_stay`: or one of them. */
static rh_status choose_parts(const rh_scenario *s, const char *text, bool may_stay,
                              rh_policy_pick *pick, rh_error *error)
{
    for (const char *at = text; at && *at;) {
        int part = part_at(at);
        const char *name = strchr(at, '=') + 1, *end = strchr(at, ',');
        while (end && part_at(end + 1) < 0) end = strchr(end + 1, ',');
        rh_policy_choice *choice = &pick->choice[part];
        if (rh_choice_given(choice)) {
            return rh_fail(error, RH_USAGE, "policy \"%s\": %s is given twice", text,
                           rh_part_words[part]);
        }
        RH_TRY(choose_named(s, pick->doc[0], text, name, end ? end : name + strlen(name),
                            params_keys[part], choice, error));
        at = end ? end + 1 : NULL;
    }
    for (int p = 0; p < RH_PARTS; p++) {
        if (may_stay || rh_choice_given(&pick->choice[p])) continue;
        return rh_fail(error, RH_USAGE, "policy \"%s\": a policy needs both parts: %s is missing",
                       text, rh_part_words[p]);
    }
    return RH_OK;
}

/* The choices and params of a pick whose document has been made. */
static rh_status fill_pick(const rh_scenario *s, const char *text, bool may_stay,
                           rh_policy_pick *pick, rh_error *error)
{
    pick->whole = part_at(text) < 0;
    if (pick->whole) {
        RH_TRY(choose_named(s, pick->doc[0], text, text, text + strlen(text), "params",
                            &pick->choice[0], error));
    } else {
        RH_TRY(choose_parts(s, text, may_stay, pick, error));
    }
    return read_params(rh_json_root(pick->doc[0]), pick, error);
}

rh_status rh_pick_from_spec(const rh_scenario *s, const char *spec, bool may_stay,
                            rh_policy_pick *pick, rh_error *error)
{
    *pick = (rh_policy_pick){0};
    RH_TRY(rh_json_parse(spec, "{}", 2, &pick->doc[0], error));
    rh_status status = fill_pick(s, spec, may_stay, pick, error);
    if (status != RH_OK) rh_pick_free(pick);
    return status;
}

/* What --policy and compare give; --set policy.PARAM still applies. */
static rh_status read_override(rh_scenario *s, rh_json root, const char *text, rh_error *error)
{
    const char *actual = rh_actual_file(text);
    if (actual) {
        s->policy.whole = true;
        s->policy.choice[0].native = rh_native_policy_find("none");
        return rh_actual_read(s, actual, actual, error);
    }
    RH_TRY(copy_block(s, root, text, error));
    return fill_pick(s, text, false, &s->policy, error);
}

static rh_status read_swap(rh_scenario *s, rh_json at, rh_error *error)
{
    static const char *const keys[] = {"at",    "script",         "params",       "trigger",
                                       "scale", "trigger_params", "scale_params", "orders",
                                       NULL};
    static const char *const orders[] = {"keep", "cancel", NULL};
    rh_swap *swap = &s->swaps[s->swap_count];
    int cancel = 0;
    RH_TRY(rh_json_keys(at, keys, error));
    RH_TRY(rh_json_time(at, "at", RH_REQUIRED, &swap->at_ns, error));
    if (swap->at_ns < s->from_ns || swap->at_ns > s->to_ns) {
        rh_json time;
        RH_TRY(rh_json_get(at, "at", RH_REQUIRED, &time, error));
        return rh_json_fail(time, error, "expected a time inside the clock");
    }
    RH_TRY(rh_json_choice(at, "orders", RH_OPTIONAL, orders, &cancel, error));
    swap->cancel_orders = cancel == 1;
    s->swap_count++; /* from here on the sources are freed with the scenario */
    return read_pick(s, at, true, &swap->pick, error);
}

/* "2021-05-19T12:00:00Z", or a duration counted from clock.from. */
static rh_status read_when(const rh_scenario *s, const char *option, const char *text,
                           int64_t *at_ns, rh_error *error)
{
    int64_t after_ns;
    bool date = rh_parse_time(text, at_ns);
    if (!date && !rh_parse_duration(text, &after_ns)) {
        return rh_fail(error, RH_USAGE,
                       "%s %.60s: expected a time such as 2021-05-19T12:00:00Z, or a duration "
                       "from clock.from such as 36h",
                       option, text);
    }
    if (!date && after_ns <= s->to_ns - s->from_ns) *at_ns = s->from_ns + after_ns;
    bool inside = date ? *at_ns >= s->from_ns && *at_ns <= s->to_ns
                       : after_ns <= s->to_ns - s->from_ns;
    if (inside) return RH_OK;
    return rh_fail(error, RH_USAGE, "%s %.60s: expected a time inside the clock", option, text);
}

/* "TIME=POLICY" of --swap. */
static rh_status add_swap(rh_scenario *s, const char *text, rh_error *error)
{
    char when[RH_TIME_TEXT];
    rh_swap *swap = &s->swaps[s->swap_count];
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1] || (size_t)(equals - text) >= sizeof when) {
        return rh_fail(error, RH_USAGE, "--swap %.200s: expected TIME=POLICY", text);
    }
    snprintf(when, sizeof when, "%.*s", (int)(equals - text), text);
    RH_TRY(read_when(s, "--swap", when, &swap->at_ns, error));
    RH_TRY(rh_pick_from_spec(s, equals + 1, true, &swap->pick, error));
    s->swap_count++;
    return RH_OK;
}

/* The place of a fork is a swap like those of --swap; the policies that may come are read now. */
static rh_status add_fork(rh_scenario *s, const rh_run_request *request, rh_error *error)
{
    rh_swap *swap = &s->swaps[s->swap_count];
    size_t count = (size_t)request->branch_count;
    RH_TRY(read_when(s, "--at", request->fork_at, &swap->at_ns, error));
    swap->open = true;
    s->swap_count++;
    s->branches = rh_arena_array(&s->arena, count + 1, sizeof *s->branches);
    if (!s->branches) return rh_fail(error, RH_NO_MEMORY, "no memory for the branches");
    for (size_t n = 0; n < count; n++) {
        s->branches[n].at_ns = swap->at_ns;
        RH_TRY(rh_pick_from_spec(s, request->branches[n], true, &s->branches[n].pick, error));
        s->branch_count++;
    }
    return RH_OK;
}

static rh_status read_swaps(rh_scenario *s, rh_json root, const rh_run_request *request,
                            rh_error *error)
{
    rh_json list;
    size_t count = 0, more = (size_t)request->swap_count + (request->fork_at != NULL);
    rh_status found = rh_json_get(root, "swaps", RH_OPTIONAL, &list, error);
    if (found == RH_OK) {
        if (rh_json_kind(list) != RH_JSON_ARRAY || rh_json_count(list) > RH_SWAPS_MAX) {
            return rh_json_fail(list, error, "expected a list of at most %d swaps", RH_SWAPS_MAX);
        }
        count = rh_json_count(list);
    } else if (found != RH_NOT_FOUND) {
        return found;
    }
    if (count + more > RH_SWAPS_MAX) {
        return rh_fail(error, RH_USAGE, "more than %d swaps", RH_SWAPS_MAX);
    }
    s->swaps = rh_arena_array(&s->arena, count + more + 1, sizeof *s->swaps);
    if (!s->swaps) return rh_fail(error, RH_NO_MEMORY, "no memory for the swaps");
    for (size_t n = 0; n < count; n++) RH_TRY(read_swap(s, rh_json_at(list, n), error));
    for (int n = 0; n < request->swap_count; n++) RH_TRY(add_swap(s, request->swaps[n], error));
    return request->fork_at ? add_fork(s, request, error) : RH_OK;
}

/* What was done stays as it was: nobody takes over on the way, and no friction is without it. */
static rh_status check_actual(const rh_scenario *s, rh_error *error)
{
    if (s->swap_count > 0)
        return rh_fail(error, RH_INPUT, "recorded hedges (%s) do not go together with swaps or "
                       "forks of policies", s->actual->name);
    if (s->without == 0) return RH_OK;
    return rh_fail(error, RH_INPUT, "recorded hedges (%s) cannot be had without a friction: how "
                   "they would have been done then is not recorded", s->actual->name);
}

rh_status rh_scenario_read_policies(rh_scenario *s, rh_json root, const rh_run_request *request,
                                    rh_error *error)
{
    if (request->policy) {
        RH_TRY(read_override(s, root, request->policy, error));
    } else {
        RH_TRY(read_policy(s, root, error));
    }
    if (request->trusted && s->compute_ns_per_gas > 0.0) {
        return rh_fail(error, RH_USAGE, "--trusted counts no instructions, which "
                       "/policy/compute_ns_per_gas needs");
    }
    const rh_policy_choice *first = &s->policy.choice[RH_PART_TRIGGER];
    bool acts = !s->policy.whole || first->has_script || strcmp(first->native->name, "none") != 0;
    if (acts && s->hedge_count == 0) {
        return rh_fail(error, RH_INPUT,
                       "/hedge: a policy needs at least one instrument to hedge with");
    }
    RH_TRY(read_swaps(s, root, request, error));
    return s->actual ? check_actual(s, error) : RH_OK;
}
