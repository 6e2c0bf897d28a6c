/* Source sets: the modules of a bundle beside its main file, and one hash over all of them; and the
 * one way from what a person writes (a path, a name) to a source.
 * Must not read folders or archives (core/host does, through rh_policy_finder). Invariant: after
 * seal the modules are sorted, so the hash and what require finds do not depend on their order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "data/file.h"
#include "policy/source.h"

static bool ends_in(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length > tail && strcmp(text + length - tail, suffix) == 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool rh_policy_module_name(const char *path, char name[RH_MODULE_PATH_MAX])
{
    size_t length = strlen(path);
    if (!ends_in(path, ".lua") || ends_in(path, "_test.lua")) return false;
    if (strcmp(path, "policy.lua") == 0 || length >= RH_MODULE_PATH_MAX) return false;
    bool at_start = true;
    for (size_t i = 0; i < length - 4; i++) {
        char c = path[i];
        bool good = is_letter(c) || (!at_start && (c == '/' || (c >= '0' && c <= '9')));
        if (!good) return false;
        at_start = c == '/';
        name[i] = c == '/' ? '.' : c;
    }
    name[length - 4] = '\0';
    return !at_start;
}

rh_status rh_policy_source_add_module(rh_policy_source *source, const char *path,
                                      const char *bytes, size_t length, rh_error *error)
{
    char name[RH_MODULE_PATH_MAX];
    size_t sum = source->length + length;
    for (size_t i = 0; i < source->module_count; i++) sum += source->modules[i].length;
    if (!rh_policy_module_name(path, name))
        return rh_fail(error, RH_INPUT, "%s: no module can have this path", path);
    if (length > RH_LUA_SOURCE_BYTES_MAX)
        return rh_fail(error, RH_LIMIT, "%s: a module of %zu bytes, at most %u", path, length,
                       RH_LUA_SOURCE_BYTES_MAX);
    if (sum > RH_MODULES_BYTES_MAX || source->module_count >= RH_MODULES_MAX)
        return rh_fail(error, RH_LIMIT, "%s: more than %d modules or %u bytes of source", path,
                       RH_MODULES_MAX, RH_MODULES_BYTES_MAX);
    rh_policy_module *grown = realloc(source->modules, (source->module_count + 1) * sizeof *grown);
    if (grown == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a module");
    source->modules = grown;
    rh_policy_module *module = &grown[source->module_count];
    module->bytes = malloc(length + 1);
    if (module->bytes == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a module");
    if (length > 0) memcpy(module->bytes, bytes, length);
    module->bytes[length] = '\0';
    module->length = length;
    snprintf(module->path, sizeof module->path, "%s", path);
    rh_sha256_of(bytes, length, module->sha256);
    source->module_count++;
    return RH_OK;
}

void rh_policy_source_label(rh_policy_source *source, const char *written)
{
    static const char main_file[] = "/policy.lua";
    size_t length = strlen(written), room = sizeof source->label - sizeof main_file;
    while (source->is_bundle && length > 1 && written[length - 1] == '/') length--;
    if (length > room) length = room;
    snprintf(source->label, sizeof source->label, "%.*s%s", (int)length, written,
             source->is_bundle ? main_file : "");
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const rh_policy_module *)a)->path, ((const rh_policy_module *)b)->path);
}

static void hash_line(rh_sha256 *state, const char *sha256, const char *path)
{
    rh_sha256_bytes(state, sha256, strlen(sha256));
    rh_sha256_bytes(state, "  ", 2);
    rh_sha256_bytes(state, path, strlen(path));
    rh_sha256_bytes(state, "\n", 1);
}

void rh_policy_source_seal(rh_policy_source *source)
{
    rh_sha256_of(source->bytes, source->length, source->sha256);
    if (source->module_count == 0) return;
    rh_sha256 state;
    qsort(source->modules, source->module_count, sizeof *source->modules, by_path);
    rh_sha256_begin(&state);
    hash_line(&state, source->sha256, "policy.lua");
    for (size_t i = 0; i < source->module_count; i++)
        hash_line(&state, source->modules[i].sha256, source->modules[i].path);
    rh_sha256_hex(&state, source->sha256);
}

const rh_policy_module *rh_policy_source_module(const rh_policy_source *source, const char *name)
{
    char own[RH_MODULE_PATH_MAX];
    for (size_t i = 0; i < source->module_count; i++)
        if (rh_policy_module_name(source->modules[i].path, own) && strcmp(own, name) == 0)
            return &source->modules[i];
    return NULL;
}

/* --- what a person writes ------------------------------------------------------------------ */

bool rh_policy_is_path(const char *text)
{
    return strchr(text, '/') != NULL || ends_in(text, ".lua") || ends_in(text, ".tar") ||
           ends_in(text, ".tar.gz") || ends_in(text, ".tgz");
}

static rh_status no_finder(const char *spec, rh_error *error)
{
    return rh_fail(error, RH_INPUT, "%s: bundles and installed policies are not available here",
                   spec);
}

rh_status rh_policy_source_open(const rh_policy_finder *finder, const char *spec,
                                rh_policy_source *source, rh_error *error)
{
    memset(source, 0, sizeof *source);
    if (rh_policy_is_path(spec)) {
        if (ends_in(spec, ".lua") && !rh_file_is_folder(spec)) {
            RH_TRY(rh_policy_source_file(spec, source, error));
            bool asks = finder != NULL && finder->is_installed != NULL;
            source->strict = asks && finder->is_installed(spec);
            return RH_OK;
        }
        return finder != NULL ? finder->open(finder->context, spec, source, error)
                              : no_finder(spec, error);
    }
    if (rh_policy_is_shipped(spec) || (finder == NULL && strchr(spec, '@') == NULL))
        return rh_policy_source_shipped(spec, source, error);
    return finder != NULL ? finder->installed(finder->context, spec, source, error)
                          : no_finder(spec, error);
}
