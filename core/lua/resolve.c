/* Params get their values, and with them the wake and the features: a text in either that names a
 * param takes its value. No Lua in here; a refusal is the fault of the params (RH_INPUT) or of the
 * declaration (RH_POLICY), and says which. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "lua/host.h"

static const rh_param_value *param_of(const rh_lua *host, const char *name, rh_param_type type,
                                      bool *exists)
{
    const rh_params *params = &host->policy.params;
    int found = rh_params_find(params, name);
    *exists = found >= 0;
    return found >= 0 && params->spec[found].type == type ? &params->value[found] : NULL;
}

static rh_status refuse(const rh_lua *host, const char *key, rh_error *error, const char *what,
                        const char *text)
{
    const char *names[RH_PARAMS_MAX];
    const rh_params *params = &host->policy.params;
    for (int i = 0; i < params->count; i++) names[i] = params->spec[i].name;
    const char *near = rh_nearest_name(text, names, (size_t)params->count);
    int line = rh_lua_line_of(host->source, host->source_length, key);
    return rh_fail(error, RH_POLICY, "%s:%d: wake.%s: \"%s\" is not %s%s%s%s", host->label, line,
                   key, text, what, near != NULL ? " (did you mean the param \"" : "",
                   near != NULL ? near : "", near != NULL ? "\"?)" : "");
}

static rh_status too_small(const rh_lua *host, const char *key, const char *expected,
                           rh_error *error)
{
    int line = rh_lua_line_of(host->source, host->source_length, key);
    return rh_fail(error, RH_POLICY, "%s:%d: wake.%s must be %s", host->label, line, key,
                   expected);
}

/* A param of 0 asks for every known time, so that a policy with a clock can follow any grid. */
static rh_status resolve_every(rh_lua *host, rh_error *error)
{
    const rh_lua_setting *every = &host->declared.every;
    bool exists = false;
    if (!every->given) return RH_OK;
    int64_t every_ns = 0;
    const rh_param_value *value =
        every->is_text ? param_of(host, every->text, RH_PARAM_DURATION, &exists) : NULL;
    if (value != NULL)
        every_ns = value->duration_ns;
    else if (!every->is_text)
        return refuse(host, "every", error, "a duration such as \"5s\"", "a number");
    else if (exists || !rh_parse_duration(every->text, &every_ns))
        return refuse(host, "every", error, "a duration such as \"5s\" or a param that is one",
                      every->text);
    host->policy.wake.always = value != NULL && every_ns == 0;
    if (host->policy.wake.always) return RH_OK;
    if (every_ns < RH_WAKE_NS_MIN) return too_small(host, "every", "at least 1ms", error);
    host->policy.wake.every_ns = every_ns;
    return RH_OK;
}

static rh_status resolve_number(rh_lua *host, const char *key, const rh_lua_setting *setting,
                                double *number, rh_error *error)
{
    bool exists = false;
    if (!setting->given) return RH_OK;
    double found = setting->number;
    if (setting->is_text) {
        const rh_param_value *value = param_of(host, setting->text, RH_PARAM_NUMBER, &exists);
        if (value == NULL)
            return refuse(host, key, error, "a param that is a number", setting->text);
        found = value->number;
    }
    if (!(found >= 0.0) || !isfinite(found))
        return too_small(host, key, "a finite number, 0 or larger", error);
    *number = found;
    return RH_OK;
}

static rh_status resolve_unit(rh_lua *host, rh_error *error)
{
    const rh_lua_setting *unit = &host->declared.unit;
    bool exists = false;
    if (!unit->given) return RH_OK;
    const rh_param_value *value = param_of(host, unit->text, RH_PARAM_TEXT, &exists);
    const char *word = value != NULL ? value->text : unit->text;
    for (int i = 0; unit->is_text && rh_band_unit_words[i] != NULL; i++) {
        if (strcmp(rh_band_unit_words[i], word) != 0) continue;
        host->policy.wake.delta_unit = (rh_band_unit)i;
        return RH_OK;
    }
    return refuse(host, "unit", error, "asset, quote or percent, or a param that is one of them",
                  unit->is_text ? word : "a number");
}

static rh_status resolve_wake(rh_lua *host, rh_error *error)
{
    rh_wake *wake = &host->policy.wake;
    const rh_lua_declared *declared = &host->declared;
    *wake = (rh_wake){.delta_beyond = (double)NAN, .move_beyond = (double)NAN,
                      .on = declared->on};
    RH_TRY(resolve_every(host, error));
    RH_TRY(resolve_unit(host, error));
    RH_TRY(resolve_number(host, "delta_beyond", &declared->delta_beyond, &wake->delta_beyond,
                          error));
    RH_TRY(resolve_number(host, "move_beyond", &declared->move_beyond, &wake->move_beyond, error));
    wake->always |= wake->every_ns == 0 && isnan(wake->delta_beyond) && isnan(wake->move_beyond) &&
                    wake->on == 0;
    return RH_OK;
}

/* A text that names a param becomes its value; a duration is written out again. */
static void resolve_argument(const rh_params *params, rh_feature_arg *arg)
{
    int found = arg->is_text ? rh_params_find(params, arg->text) : -1;
    if (found < 0) return;
    const rh_param_value *value = &params->value[found];
    switch (params->spec[found].type) {
    case RH_PARAM_NUMBER:
    case RH_PARAM_BOOL:
        arg->is_text = false;
        arg->number = value->number;
        break;
    case RH_PARAM_DURATION: rh_text_duration(arg->text, value->duration_ns); break;
    case RH_PARAM_TEXT: memcpy(arg->text, value->text, sizeof arg->text); break;
    }
}

static rh_status resolve_features(rh_lua *host, rh_error *error)
{
    static_assert(RH_NAME_MAX >= RH_TIME_TEXT, "a duration fits an argument");
    for (int i = 0; i < host->policy.feature_count; i++) {
        rh_feature_spec *spec = &host->policy.features[i];
        rh_feature *trial = NULL;
        for (int at = 0; at < spec->arg_count; at++)
            resolve_argument(&host->policy.params, &spec->args[at]);
        if (rh_feature_new(spec, &trial, error) != RH_OK) {
            int line = rh_lua_line_of(host->source, host->source_length, spec->name);
            rh_fail_in(error, "%s:%d: features.%s", host->label, line, spec->name);
            if (error != NULL) error->status = RH_POLICY;
            return RH_POLICY;
        }
        rh_feature_free(trial);
    }
    return RH_OK;
}

/* A param that names a hedge instrument, where the policy is given any. */
static rh_status check_instrument(const rh_lua *host, const rh_param_spec *spec, const char *name,
                                  rh_json params, rh_error *error)
{
    const rh_policy_services *services = &host->services;
    rh_json at;
    for (int h = 0; h < services->hedge_count; h++)
        if (strcmp(services->hedges[h], name) == 0) return RH_OK;
    const char *near = rh_nearest_name(name, services->hedges, (size_t)services->hedge_count);
    rh_fail(error, RH_INPUT, "found \"%s\", expected a hedge instrument%s%s%s", name,
            near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
            near != NULL ? "\"?" : "");
    bool given = params.node != NULL && rh_json_has(params, spec->name);
    if (!given) return rh_fail_in(error, "%s: params.%s", host->label, spec->name);
    rh_error why = error != NULL ? *error : (rh_error){RH_INPUT, ""};
    RH_TRY(rh_json_get(params, spec->name, RH_REQUIRED, &at, error));
    return rh_json_fail(at, error, "%s", why.message);
}

static rh_status check_instruments(const rh_lua *host, rh_json params, rh_error *error)
{
    const rh_params *resolved = &host->policy.params;
    for (int k = 0; k < resolved->count && host->services.hedge_count > 0; k++) {
        const char *name = resolved->value[k].text;
        if (!resolved->spec[k].is_instrument || name[0] == '\0') continue;
        RH_TRY(check_instrument(host, &resolved->spec[k], name, params, error));
    }
    return RH_OK;
}

rh_status rh_lua_resolve(rh_lua *host, rh_json params, rh_error *error)
{
    RH_TRY(rh_params_resolve(&host->policy.params, params, error));
    RH_TRY(check_instruments(host, params, error));
    RH_TRY(resolve_wake(host, error));
    return resolve_features(host, error);
}
