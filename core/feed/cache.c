/* Imports on the fly for scenarios, kept as tapes in a cache folder under the hash of everything
 * that decides their content. Invariants: a cached tape appears whole or not at all, whoever else
 * writes it at the same time; a damaged one is imported again; without a writable cache the tape
 * lives in a temporary file that has no name any more once it is open. */
#include "feed/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "data/file.h"

static bool cache_folder(char path[RH_PATH_MAX])
{
    const char *given = getenv("REHEDGE_CACHE"), *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int length = -1;
    if (given && *given)
        length = snprintf(path, RH_PATH_MAX, "%s", given);
    else if (xdg && *xdg)
        length = snprintf(path, RH_PATH_MAX, "%s/rehedge", xdg);
    else if (home && *home)
        length = snprintf(path, RH_PATH_MAX, "%s/.cache/rehedge", home);
    return length > 0 && length < RH_PATH_MAX - 128;
}

/* Length before text, so that no two sets of options read the same. */
static void add_text(rh_buffer *key, const char *text)
{
    rh_buffer_printf(key, "%zu:%s;", text ? strlen(text) : 0, text ? text : "-");
}

static rh_status cache_key(const rh_feed_format *format, const char *path,
                           const rh_import_options *options, char hex[RH_SHA256_HEX],
                           char source[RH_SHA256_HEX], rh_error *error)
{
    rh_buffer key = {0};
    RH_TRY(rh_file_sha256(path, source, error));
    add_text(&key, "rehedge import " RH_IMPORT_VERSION);
    add_text(&key, source);
    add_text(&key, format->name);
    rh_buffer_printf(&key, "%d,%d,%d,%d,%d,%lld,%lld,%lld,%d;", options->gaps,
                     options->duplicates, options->reversals, options->absurd, options->ohlc,
                     (long long)options->interval_ns, (long long)options->from_ns,
                     (long long)options->to_ns, options->delimiter);
    add_text(&key, options->map);
    add_text(&key, options->kind);
    add_text(&key, options->time_unit);
    add_text(&key, options->instrument);
    bool failed = key.failed;
    if (!failed) rh_sha256_of(key.bytes, key.length, hex);
    rh_buffer_free(&key);
    return failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a cache key") : RH_OK;
}

/* A fresh file of our own; errno is left as it was. */
static bool make_temporary(char path[RH_PATH_MAX], const char *folder)
{
    int before = errno;
    int length = snprintf(path, RH_PATH_MAX, "%s/.import-XXXXXX", folder);
    int file = length > 0 && length < RH_PATH_MAX ? mkstemp(path) : -1;
    if (file >= 0) close(file);
    errno = before;
    return file >= 0;
}

static rh_status open_cached(const char *path, const char *source, rh_tape **tape)
{
    if (!rh_file_exists(path)) return RH_NOT_FOUND;
    rh_status status = rh_tape_open(path, tape, NULL);
    if (status != RH_OK) return status;
    if (strcmp(rh_tape_get_info(*tape)->source_sha256, source) == 0) return RH_OK;
    rh_tape_close(*tape);
    *tape = NULL;
    return RH_CORRUPT;
}

/* Import into `temporary` and open it; the name is then given up or becomes `final`. */
static rh_status import_into(const rh_feed_format *format, const char *path,
                             const rh_import_options *options, const char *temporary,
                             const char *final, rh_tape **tape, rh_error *error)
{
    rh_status status = rh_import_files(format, &path, 1, options, temporary, NULL, error);
    if (status == RH_OK) status = rh_tape_open(temporary, tape, error);
    if (status != RH_OK || !final || rename(temporary, final) != 0) unlink(temporary);
    return status;
}

rh_status rh_import_cached(const rh_feed_format *format, const char *path,
                           const rh_import_options *options, rh_tape **tape, rh_error *error)
{
    *tape = NULL;
    if (!format && rh_tape_is(path)) return rh_tape_open(path, tape, error);
    if (!format)
        return rh_fail(error, RH_INPUT, "%s is no tape; say its format (binance-klines, csv)",
                       path);
    char key[RH_SHA256_HEX], source[RH_SHA256_HEX], folder[RH_PATH_MAX];
    char temporary[RH_PATH_MAX], final[RH_PATH_MAX + RH_SHA256_HEX + 8];
    RH_TRY(cache_key(format, path, options, key, source, error));
    bool cached = cache_folder(folder);
    if (cached) {
        snprintf(final, sizeof final, "%s/%s.tape", folder, key);
        if (open_cached(final, source, tape) == RH_OK) return RH_OK;
        cached = rh_make_directories(folder, NULL) == RH_OK && make_temporary(temporary, folder);
    }
    if (cached) return import_into(format, path, options, temporary, final, tape, error);
    const char *elsewhere = getenv("TMPDIR");
    if (!make_temporary(temporary, elsewhere && *elsewhere ? elsewhere : "/tmp"))
        return rh_fail(error, RH_IO, "%s: neither the cache nor a temporary folder can be written",
                       path);
    return import_into(format, path, options, temporary, NULL, tape, error);
}
