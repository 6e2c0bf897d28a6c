/* What a policy declares, as JSON: for `check --json` and for the manifest of a bundle.
 * Must not judge. Invariant: the same declarations give the same text, so manifests can be compared
 * with what a script says. */
#include "policy/describe.h"

#include <math.h>

static void put_value(rh_json_writer *writer, const char *key, const rh_param_spec *spec,
                      const rh_param_value *value)
{
    char text[RH_NAME_MAX];
    rh_param_value_text(spec, value, text);
    if (spec->type == RH_PARAM_NUMBER)
        rh_json_put_double(writer, key, value->number);
    else if (spec->type == RH_PARAM_BOOL)
        rh_json_put_bool(writer, key, value->number != 0.0);
    else
        rh_json_put_text(writer, key, text);
}

static void put_bound(rh_json_writer *writer, const char *key, const rh_param_spec *spec,
                      double bound)
{
    rh_param_value value = {.number = bound};
    bool has_range = spec->type == RH_PARAM_NUMBER || spec->type == RH_PARAM_DURATION;
    if (!has_range || !isfinite(bound)) return;
    if (spec->type == RH_PARAM_DURATION) value.duration_ns = (int64_t)bound;
    put_value(writer, key, spec, &value);
}

void rh_policy_describe_params(rh_json_writer *writer, const rh_params *params)
{
    rh_json_open(writer, "params", '{');
    for (int i = 0; i < params->count; i++) {
        const rh_param_spec *spec = &params->spec[i];
        rh_json_open(writer, spec->name, '{');
        put_value(writer, "default", spec, &params->value[i]);
        put_bound(writer, "min", spec, spec->min);
        put_bound(writer, "max", spec, spec->max);
        if (spec->word_count > 0) {
            rh_json_open(writer, "allowed", '[');
            for (int at = 0; at < spec->word_count; at++)
                rh_json_put_text(writer, NULL, spec->words[at]);
            rh_json_close(writer, ']');
        }
        if (spec->unit[0] != '\0') rh_json_put_text(writer, "unit", spec->unit);
        if (spec->about[0] != '\0') rh_json_put_text(writer, "about", spec->about);
        rh_json_close(writer, '}');
    }
    rh_json_close(writer, '}');
}

void rh_policy_describe_features(rh_json_writer *writer, const rh_policy *policy)
{
    rh_json_open(writer, "features", '{');
    for (int i = 0; i < policy->feature_count; i++) {
        const rh_feature_spec *spec = &policy->features[i];
        rh_json_open(writer, spec->name, '{');
        rh_json_put_text(writer, "kind", spec->kind);
        for (int at = 0; at < spec->arg_count; at++) {
            const rh_feature_arg *arg = &spec->args[at];
            if (arg->is_text)
                rh_json_put_text(writer, arg->key, arg->text);
            else
                rh_json_put_double(writer, arg->key, arg->number);
        }
        rh_json_close(writer, '}');
    }
    rh_json_close(writer, '}');
}
