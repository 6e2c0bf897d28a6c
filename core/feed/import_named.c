/* Files that a JSON object names: a feed of a scenario, a vol series, the tape that a generator
 * resamples. Reads the keys that say how a file is to be imported; imports it through the cache.
 * Invariant: whatever is wrong is told with its place in the JSON, as bad input. */
#include <string.h>

#include "data/file.h"
#include "feed/import.h"

static rh_status read_treatment(rh_json at, const char *key, rh_treatment *out, rh_error *error)
{
    int index = (int)*out;
    RH_TRY(rh_json_choice(at, key, RH_OPTIONAL, rh_treatment_words, &index, error));
    *out = (rh_treatment)index;
    return RH_OK;
}

rh_status rh_import_read_options(rh_json at, rh_import_options *o, rh_error *error)
{
    static const char *const paths[] = {"close", "ohlc", NULL};
    const char *delimiter = NULL;
    int path = o->ohlc;
    RH_TRY(read_treatment(at, "gaps", &o->gaps, error));
    RH_TRY(read_treatment(at, "duplicates", &o->duplicates, error));
    RH_TRY(read_treatment(at, "reversals", &o->reversals, error));
    RH_TRY(read_treatment(at, "absurd", &o->absurd, error));
    RH_TRY(rh_json_choice(at, "bar_path", RH_OPTIONAL, paths, &path, error));
    o->ohlc = path == 1;
    RH_TRY(rh_json_duration(at, "interval", RH_OPTIONAL, &o->interval_ns, error));
    RH_TRY(rh_json_text(at, "map", RH_OPTIONAL, &o->map, error));
    RH_TRY(rh_json_text(at, "kind", RH_OPTIONAL, &o->kind, error));
    RH_TRY(rh_json_text(at, "time_unit", RH_OPTIONAL, &o->time_unit, error));
    RH_TRY(rh_json_text(at, "delimiter", RH_OPTIONAL, &delimiter, error));
    if (delimiter && strlen(delimiter) != 1) {
        return rh_json_fail(at, error, "delimiter: found \"%s\", expected one character",
                            delimiter);
    }
    if (delimiter) o->delimiter = delimiter[0];
    return RH_OK;
}

static rh_status import_file(const char *file, const char *path, const char *format_name,
                             const rh_import_options *options, rh_import_check check,
                             void *context, bool *is_tape, rh_tape **tape, rh_error *error)
{
    const rh_feed_format *format = NULL;
    *is_tape = !format_name || strcmp(format_name, "tape") == 0;
    if (!*is_tape) {
        format = rh_feed_format_find(format_name, error);
        if (!format) return error ? error->status : RH_INPUT;
    }
    if (*is_tape && !rh_file_exists(path)) {
        return rh_fail(error, RH_INPUT, "no such file: %s", file);
    }
    if (*is_tape && !rh_tape_is(path)) {
        return rh_fail(error, RH_INPUT, "%s is not a tape; give its \"format\"", file);
    }
    if (check) RH_TRY(check(context, *is_tape, path, error));
    return rh_import_cached(format, path, options, tape, error);
}

rh_status rh_import_named(rh_json at, const char *base_file, const char *const *allowed,
                          const rh_import_options *options, rh_import_check check, void *context,
                          bool *is_tape, rh_tape **tape, rh_error *error)
{
    char path[RH_PATH_MAX];
    const char *file = NULL, *format = NULL;
    rh_status status = RH_OK;
    RH_TRY(rh_json_text(at, "file", RH_REQUIRED, &file, error));
    RH_TRY(rh_json_text(at, "format", RH_OPTIONAL, &format, error));
    if (base_file) status = rh_path_resolve(base_file, file, allowed, path, error);
    if (status == RH_OK)
        status = import_file(file, base_file ? path : file, format, options, check, context,
                             is_tape, tape, error);
    if (status == RH_OK) return RH_OK;
    char message[RH_ERROR_MESSAGE_MAX];
    if (error) memcpy(message, error->message, sizeof message);
    if (error) rh_json_fail(at, error, "%s", message);
    /* Wrong words in a file are bad input, not wrong usage. */
    status = status == RH_USAGE ? RH_INPUT : status;
    if (error) error->status = status;
    return status;
}
