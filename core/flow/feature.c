/* The table of feature kinds, and making a feature from a specification: unknown kinds and
 * arguments are refused with the nearest valid name before a kind sees them.
 * Must not know what a kind computes; a new kind is one file and one row here. */
#include "flow/feature.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "flow/kinds.h"

static const char *const WINDOW_KEYS[] = {"window", "min_samples", "max_samples", NULL};
static const char *const HALF_LIFE_KEYS[] = {"half_life", "min_samples", NULL};

const rh_feature_kind rh_feature_kinds[] = {
    {"realized_vol", "volatility realised over a window, fraction per sqrt(year)", WINDOW_KEYS,
     rh_realized_vol_configure},
    {"ewma_vol", "exponentially weighted volatility, fraction per sqrt(year)", HALF_LIFE_KEYS,
     rh_ewma_vol_configure},
    {"imbalance", "signed over total traded volume in a window, -1 (selling) to 1 (buying)",
     WINDOW_KEYS, rh_imbalance_configure},
    {"intensity", "market events in a window, per second", WINDOW_KEYS, rh_intensity_configure},
    {NULL, NULL, NULL, NULL},
};

enum { KINDS = sizeof rh_feature_kinds / sizeof rh_feature_kinds[0] - 1, NAMES_MAX = 16 };
static_assert(KINDS <= NAMES_MAX, "kind names fit the list that suggestions are made from");

static rh_status unknown_kind(const rh_feature_spec *spec, rh_error *error)
{
    const char *names[NAMES_MAX];
    for (size_t i = 0; i < KINDS; i++) names[i] = rh_feature_kinds[i].name;
    const char *near = rh_nearest_name(spec->kind, names, KINDS);
    return rh_fail(error, RH_INPUT, "feature \"%s\": there is no feature kind \"%s\"%s%s%s",
                   spec->name, spec->kind, near ? "; did you mean \"" : "", near ? near : "",
                   near ? "\"?" : "");
}

static rh_status unknown_key(const rh_feature_spec *spec, const char *key, const char *const *names,
                             size_t count, rh_error *error)
{
    const char *near = rh_nearest_name(key, names, count);
    return rh_fail(error, RH_INPUT, "feature \"%s\": %s has no argument \"%s\"; %s \"%s\"%s",
                   spec->name, spec->kind, key, near ? "did you mean" : "the first it has is",
                   near ? near : names[0], near ? "?" : "");
}

static rh_status check_keys(const rh_feature_spec *spec, const rh_feature_kind *kind,
                            rh_error *error)
{
    const char *names[RH_FEATURE_ARGS_MAX + 1];
    size_t count = 0;
    for (; kind->keys[count] && count < RH_FEATURE_ARGS_MAX; count++)
        names[count] = kind->keys[count];
    names[count++] = "instrument";
    for (int i = 0; i < spec->arg_count; i++) {
        const char *key = spec->args[i].key;
        size_t at = 0;
        while (at < count && strcmp(names[at], key) != 0) at++;
        if (at == count) return unknown_key(spec, key, names, count, error);
        for (int j = 0; j < i; j++)
            if (strcmp(spec->args[j].key, key) == 0)
                return rh_fail(error, RH_INPUT, "feature \"%s\": argument \"%s\" is given twice",
                               spec->name, key);
    }
    return RH_OK;
}

static const rh_feature_arg *find_arg(const rh_feature_spec *spec, const char *key)
{
    for (int i = 0; i < spec->arg_count; i++)
        if (strcmp(spec->args[i].key, key) == 0) return &spec->args[i];
    return NULL;
}

rh_status rh_feature_new(const rh_feature_spec *spec, rh_feature **feature, rh_error *error)
{
    *feature = NULL;
    const rh_feature_kind *kind = rh_feature_kinds;
    while (kind->name && strcmp(kind->name, spec->kind) != 0) kind++;
    if (!kind->name) return unknown_kind(spec, error);
    if (spec->arg_count < 0 || spec->arg_count > RH_FEATURE_ARGS_MAX)
        return rh_fail(error, RH_LIMIT, "feature \"%s\": %d arguments, at most %d are allowed",
                       spec->name, spec->arg_count, RH_FEATURE_ARGS_MAX);
    RH_TRY(check_keys(spec, kind, error));
    const rh_feature_arg *instrument = find_arg(spec, "instrument");
    if (instrument && (!instrument->is_text || !instrument->text[0]))
        return rh_fail(error, RH_INPUT, "feature \"%s\": instrument must be a name in quotes",
                       spec->name);
    RH_TRY(kind->configure(spec, feature, error));
    if (instrument) memcpy((*feature)->instrument, instrument->text, sizeof instrument->text);
    return RH_OK;
}

void rh_feature_free(rh_feature *feature)
{
    if (feature) feature->free(feature);
}

rh_status rh_feature_duration(const rh_feature_spec *spec, const char *key, rh_feature_need need,
                              int64_t *duration_ns, rh_error *error)
{
    const rh_feature_arg *arg = find_arg(spec, key);
    if (!arg && need == RH_FEATURE_OPTIONAL) return RH_OK;
    if (!arg)
        return rh_fail(error, RH_INPUT, "feature \"%s\": %s needs %s, a duration like \"1h\"",
                       spec->name, spec->kind, key);
    if (!arg->is_text)
        return rh_fail(error, RH_INPUT,
                       "feature \"%s\": %s is the number %g, expected a duration like \"1h\"",
                       spec->name, key, arg->number);
    int64_t ns = 0;
    if (!rh_parse_duration(arg->text, &ns))
        return rh_fail(error, RH_INPUT,
                       "feature \"%s\": %s is \"%s\", expected a duration like \"1h\"", spec->name,
                       key, arg->text);
    if (ns <= 0 || ns > RH_FEATURE_WINDOW_NS_MAX)
        return rh_fail(error, RH_INPUT,
                       "feature \"%s\": %s is \"%s\", expected more than 0 and at most \"3650d\"",
                       spec->name, key, arg->text);
    *duration_ns = ns;
    return RH_OK;
}

rh_status rh_feature_samples(const rh_feature_spec *spec, const char *key, size_t min,
                             size_t *samples, rh_error *error)
{
    const rh_feature_arg *arg = find_arg(spec, key);
    if (!arg) return RH_OK;
    if (arg->is_text)
        return rh_fail(error, RH_INPUT, "feature \"%s\": %s is \"%s\", expected a whole number",
                       spec->name, key, arg->text);
    double max = (double)RH_FEATURE_SAMPLES_MAX;
    if (!(arg->number >= (double)min && arg->number <= max && floor(arg->number) == arg->number))
        return rh_fail(error, RH_INPUT,
                       "feature \"%s\": %s is %g, expected a whole number from %zu to %u",
                       spec->name, key, arg->number, min, RH_FEATURE_SAMPLES_MAX);
    *samples = (size_t)arg->number;
    return RH_OK;
}

rh_status rh_feature_window_read(const rh_feature_spec *spec, size_t least_samples,
                                 rh_feature_window *window, rh_error *error)
{
    *window = (rh_feature_window){0, least_samples, RH_FEATURE_SAMPLES_MAX};
    RH_TRY(rh_feature_duration(spec, "window", RH_FEATURE_REQUIRED, &window->window_ns, error));
    RH_TRY(rh_feature_samples(spec, "min_samples", least_samples, &window->min_samples, error));
    size_t least_held = window->min_samples > 2 ? window->min_samples : 2;
    return rh_feature_samples(spec, "max_samples", least_held, &window->max_samples, error);
}

rh_status rh_feature_no_memory(const rh_feature_spec *spec, rh_error *error)
{
    return rh_fail(error, RH_NO_MEMORY, "feature \"%s\": no memory for its window", spec->name);
}

bool rh_feature_price(const rh_record *record, double *price)
{
    switch (record->kind) {
    case RH_RECORD_TRADE:
    case RH_RECORD_BAR:
    case RH_RECORD_BAR_POINT: *price = record->price; break;
    case RH_RECORD_QUOTE:
        if (!(record->price > 0.0 && record->extra > 0.0)) return false;
        *price = 0.5 * (record->price + record->extra);
        break;
    default: return false;
    }
    return *price > 0.0 && isfinite(*price);
}
