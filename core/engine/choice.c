/* A policy as a person names it, at the command line or while a run is under way: the name and the
 * params apart, the source read once. Must not load or run anything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/scenario.h"

rh_status rh_spec_name(const char *spec, char name[RH_PATH_MAX], const char **params,
                       rh_error *error)
{
    bool native = !strncmp(spec, "native:", 7);
    const char *colon = strchr(spec + (native ? 7 : 0), ':');
    size_t length = colon ? (size_t)(colon - spec) : strlen(spec);
    if (length == 0 || length >= RH_PATH_MAX) {
        return rh_fail(error, RH_USAGE, "policy \"%.200s\": expected NAME or NAME:param=value,...",
                       spec);
    }
    memcpy(name, spec, length);
    name[length] = '\0';
    *params = colon ? colon + 1 : NULL;
    return RH_OK;
}

rh_status rh_spec_params(const char *spec, const char *params, rh_json_doc *doc, rh_error *error)
{
    while (params && *params) {
        const char *end = strchr(params, ',');
        const char *equals = strchr(params, '=');
        size_t span = end ? (size_t)(end - params) : strlen(params);
        char path[RH_NAME_MAX + 16], value[256];
        if (!equals || equals == params || (end && equals > end) ||
            (size_t)(equals - params) >= RH_NAME_MAX || span >= sizeof value) {
            return rh_fail(error, RH_USAGE, "policy \"%.200s\": expected param=value at \"%.40s\"",
                           spec, params);
        }
        snprintf(path, sizeof path, "params.%.*s", (int)(equals - params), params);
        snprintf(value, sizeof value, "%.*s", (int)(span - (size_t)(equals - params) - 1),
                 equals + 1);
        RH_TRY(rh_json_set(doc, path, value, error));
        params = end ? end + 1 : NULL;
    }
    return RH_OK;
}

void rh_choice_free(rh_policy_choice *choice)
{
    rh_policy_source_free(&choice->source);
    rh_json_free(choice->doc);
    *choice = (rh_policy_choice){0};
}

const char *rh_choice_label(const rh_policy_choice *choice)
{
    return choice->native ? choice->native->name : choice->source.label;
}

rh_status rh_choice_from_spec(const rh_scenario *s, const char *spec, rh_policy_choice *choice,
                              rh_error *error)
{
    char name[RH_PATH_MAX];
    const char *params = NULL;
    *choice = (rh_policy_choice){0};
    RH_TRY(rh_spec_name(spec, name, &params, error));
    RH_TRY(rh_json_parse(name, "{\"params\": {}}", 14, &choice->doc, error));
    rh_status status = rh_spec_params(spec, params, choice->doc, error);
    rh_json own = rh_json_root(choice->doc);
    if (status == RH_OK) status = rh_choice_named(s, name, own, false, choice, error);
    if (status == RH_OK) status = rh_choice_params(own, choice, error);
    if (status != RH_OK) rh_choice_free(choice);
    return status;
}

static rh_status own_params(const char *params, size_t length, rh_policy_choice *choice,
                            rh_error *error)
{
    rh_status status = rh_json_parse("params", params, length, &choice->doc, error);
    if (status != RH_OK) {
        rh_choice_free(choice);
        return status;
    }
    choice->at = choice->params = rh_json_root(choice->doc);
    return RH_OK;
}

rh_status rh_choice_again(const rh_policy_choice *from, const char *params,
                          rh_policy_choice *choice, rh_error *error)
{
    *choice = (rh_policy_choice){.has_script = true};
    memcpy(choice->path, from->path, sizeof choice->path);
    RH_TRY(rh_policy_source_file(from->path, &choice->source, error));
    memcpy(choice->source.label, from->source.label, sizeof choice->source.label);
    return own_params(params, strlen(params), choice, error);
}

static rh_status copy_source(const rh_policy_source *from, rh_policy_source *to, rh_error *error)
{
    *to = *from;
    to->bytes = malloc(from->length + 1);
    if (!to->bytes) return rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    memcpy(to->bytes, from->bytes, from->length);
    to->bytes[from->length] = '\0';
    return RH_OK;
}

rh_status rh_choice_copy(const rh_policy_choice *from, const char *params, size_t length,
                         rh_policy_choice *choice, rh_error *error)
{
    *choice = (rh_policy_choice){.native = from->native, .has_script = from->has_script};
    memcpy(choice->path, from->path, sizeof choice->path);
    if (from->has_script) RH_TRY(copy_source(&from->source, &choice->source, error));
    return own_params(params, length, choice, error);
}
