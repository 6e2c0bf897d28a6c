/* Parameters of a policy: defaults, overrides from JSON, ranges, and their part of the run digest.
 * Must not know where a specification came from (Lua or C).
 * Invariant: after rh_params_resolve succeeds every value lies within its specification. */
#include "policy/params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { REASON_MAX = 512 };

int rh_params_find(const rh_params *params, const char *name)
{
    for (int i = 0; i < params->count; i++)
        if (strcmp(params->spec[i].name, name) == 0) return i;
    return -1;
}

static void range_text(const rh_param_spec *spec, double bound, char text[RH_TIME_TEXT])
{
    if (spec->type == RH_PARAM_DURATION && isfinite(bound))
        rh_text_duration(text, (int64_t)bound);
    else
        rh_text_double(text, bound);
}

static bool in_range(const rh_param_spec *spec, double value, const char *shown,
                     char reason[REASON_MAX])
{
    char bound[RH_TIME_TEXT];
    if (value < spec->min) {
        range_text(spec, spec->min, bound);
        snprintf(reason, REASON_MAX, "found %s, expected at least %s", shown, bound);
        return false;
    }
    if (value > spec->max) {
        range_text(spec, spec->max, bound);
        snprintf(reason, REASON_MAX, "found %s, expected at most %s", shown, bound);
        return false;
    }
    return true;
}

static bool is_allowed_word(const rh_param_spec *spec, const char *text, char reason[REASON_MAX])
{
    const char *names[RH_PARAM_WORDS_MAX];
    if (spec->word_count == 0) return true;
    int used = snprintf(reason, REASON_MAX, "found \"%.63s\", expected one of", text);
    for (int i = 0; i < spec->word_count; i++) {
        if (strcmp(spec->words[i], text) == 0) return true;
        names[i] = spec->words[i];
        if (used < REASON_MAX)
            used += snprintf(reason + used, (size_t)(REASON_MAX - used), "%s \"%.63s\"",
                             i > 0 ? "," : "", spec->words[i]);
    }
    const char *near = rh_nearest_name(text, names, (size_t)spec->word_count);
    if (near != NULL && used < REASON_MAX)
        snprintf(reason + used, (size_t)(REASON_MAX - used), " (did you mean \"%s\"?)", near);
    return false;
}

static bool value_fits(const rh_param_spec *spec, const rh_param_value *value,
                       char reason[REASON_MAX])
{
    char shown[RH_TIME_TEXT];
    switch (spec->type) {
    case RH_PARAM_NUMBER:
        rh_text_double(shown, value->number);
        if (!isfinite(value->number)) {
            snprintf(reason, REASON_MAX, "found %s, expected a finite number", shown);
            return false;
        }
        return in_range(spec, value->number, shown, reason);
    case RH_PARAM_DURATION:
        rh_text_duration(shown, value->duration_ns);
        return in_range(spec, (double)value->duration_ns, shown, reason);
    case RH_PARAM_TEXT: return is_allowed_word(spec, value->text, reason);
    case RH_PARAM_BOOL: return true;
    }
    return false;
}

rh_status rh_param_check(const rh_param_spec *spec, const rh_param_value *value, rh_error *error)
{
    char reason[REASON_MAX];
    if (value_fits(spec, value, reason)) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s", reason);
}

static rh_status read_duration(rh_json at, int64_t *duration_ns, rh_error *error)
{
    const char *text = NULL;
    if (rh_json_kind(at) != RH_JSON_STRING)
        return rh_json_fail(at, error, "expected a duration as text, such as \"1h\" or \"500ms\"");
    RH_TRY(rh_json_as_text(at, &text, error));
    if (!rh_parse_duration(text, duration_ns))
        return rh_json_fail(at, error,
                            "found \"%.63s\", expected a duration such as \"1h\" or \"500ms\"",
                            text);
    return RH_OK;
}

static rh_status read_text(rh_json at, char out[RH_NAME_MAX], rh_error *error)
{
    const char *text = NULL;
    RH_TRY(rh_json_as_text(at, &text, error));
    if (strlen(text) >= RH_NAME_MAX)
        return rh_json_fail(at, error, "expected text of at most %d bytes", RH_NAME_MAX - 1);
    memset(out, 0, RH_NAME_MAX);
    memcpy(out, text, strlen(text));
    return RH_OK;
}

static rh_status read_value(rh_json at, const rh_param_spec *spec, rh_param_value *value,
                            rh_error *error)
{
    bool flag = false;
    char reason[REASON_MAX];
    switch (spec->type) {
    case RH_PARAM_NUMBER: RH_TRY(rh_json_as_number(at, &value->number, error)); break;
    case RH_PARAM_DURATION: RH_TRY(read_duration(at, &value->duration_ns, error)); break;
    case RH_PARAM_TEXT: RH_TRY(read_text(at, value->text, error)); break;
    case RH_PARAM_BOOL:
        RH_TRY(rh_json_as_bool(at, &flag, error));
        value->number = flag ? 1.0 : 0.0;
        break;
    }
    if (!value_fits(spec, value, reason)) return rh_json_fail(at, error, "%s", reason);
    return RH_OK;
}

rh_status rh_params_unknown(const rh_params *params, const char *name, rh_error *error)
{
    const char *names[RH_PARAMS_MAX];
    for (int i = 0; i < params->count; i++) names[i] = params->spec[i].name;
    const char *near = rh_nearest_name(name, names, (size_t)params->count);
    if (near == NULL)
        return rh_fail(error, RH_INPUT, "there is no param \"%.63s\"", name);
    return rh_fail(error, RH_INPUT, "there is no param \"%.63s\"; did you mean \"%s\"?", name,
                   near);
}

static rh_status unknown_param(const rh_params *params, rh_json at, const char *name,
                               rh_error *error)
{
    const char *names[RH_PARAMS_MAX];
    for (int i = 0; i < params->count; i++) names[i] = params->spec[i].name;
    if (params->count == 0)
        return rh_json_fail(at, error, "unknown param: this policy has none");
    const char *near = rh_nearest_name(name, names, (size_t)params->count);
    if (near != NULL)
        return rh_json_fail(at, error, "unknown param; did you mean \"%s\"?", near);
    char list[REASON_MAX] = "";
    size_t used = 0;
    for (int i = 0; i < params->count && used + RH_NAME_MAX + 2 < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "",
                                 names[i]);
    return rh_json_fail(at, error, "unknown param; this policy has: %s", list);
}

rh_status rh_params_resolve(rh_params *params, rh_json at, rh_error *error)
{
    for (int i = 0; i < params->count; i++) params->value[i] = params->spec[i].default_value;
    if (at.node == NULL) return RH_OK;
    if (rh_json_kind(at) != RH_JSON_OBJECT)
        return rh_json_fail(at, error, "expected an object of params, such as {\"band\": 0.25}");
    for (size_t i = 0; i < rh_json_count(at); i++) {
        const char *name = rh_json_key_at(at, i);
        rh_json child = rh_json_at(at, i);
        int found = rh_params_find(params, name);
        if (found < 0) return unknown_param(params, child, name, error);
        RH_TRY(read_value(child, &params->spec[found], &params->value[found], error));
    }
    return RH_OK;
}

static void put_u64(unsigned char *out, uint64_t value)
{
    for (int i = 0; i < 8; i++) out[i] = (unsigned char)(value >> (8 * i));
}

void rh_params_digest(const rh_params *params, rh_digest *digest)
{
    unsigned char record[RH_NAME_MAX + 24 + RH_NAME_MAX];
    for (int i = 0; i < params->count; i++) {
        const rh_param_spec *spec = &params->spec[i];
        const rh_param_value *value = &params->value[i];
        uint64_t bits;
        memset(record, 0, sizeof record);
        memcpy(record, spec->name, strlen(spec->name));
        put_u64(record + RH_NAME_MAX, (uint64_t)spec->type);
        memcpy(&bits, &value->number, sizeof bits);
        bool has_number = spec->type == RH_PARAM_NUMBER || spec->type == RH_PARAM_BOOL;
        put_u64(record + RH_NAME_MAX + 8, has_number ? bits : 0);
        put_u64(record + RH_NAME_MAX + 16,
                spec->type == RH_PARAM_DURATION ? (uint64_t)value->duration_ns : 0);
        if (spec->type == RH_PARAM_TEXT)
            memcpy(record + RH_NAME_MAX + 24, value->text, strlen(value->text));
        rh_digest_bytes(digest, record, sizeof record);
    }
}

void rh_param_value_text(const rh_param_spec *spec, const rh_param_value *value,
                         char text[RH_NAME_MAX])
{
    static_assert(RH_NAME_MAX >= RH_TIME_TEXT && RH_NAME_MAX >= RH_NUMBER_TEXT, "values fit");
    switch (spec->type) {
    case RH_PARAM_NUMBER: rh_text_double(text, value->number); break;
    case RH_PARAM_DURATION: rh_text_duration(text, value->duration_ns); break;
    case RH_PARAM_TEXT: memcpy(text, value->text, RH_NAME_MAX); break;
    case RH_PARAM_BOOL: snprintf(text, RH_NAME_MAX, "%s", value->number != 0 ? "true" : "false");
    }
}
