/* Sources of scripts: a bounded read of a regular file, or the bytes embedded in the program.
 * Must not interpret the bytes. Invariant: label, bytes and hash belong together, and the file is
 * never read again. */
#include "policy/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "data/file.h"

enum { SHIPPED_MAX = 64 };

rh_status rh_policy_source_file(const char *path, rh_policy_source *source, rh_error *error)
{
    memset(source, 0, sizeof *source);
    if (strlen(path) >= sizeof source->label)
        return rh_fail(error, RH_INPUT, "the path of the policy is longer than %d bytes",
                       RH_PATH_MAX - 1);
    RH_TRY(rh_file_read(path, RH_LUA_SOURCE_BYTES_MAX, &source->bytes, &source->length, error));
    memcpy(source->label, path, strlen(path) + 1);
    rh_sha256_of(source->bytes, source->length, source->sha256);
    return RH_OK;
}

static const rh_shipped_script *find_shipped(const char *name)
{
    for (const rh_shipped_script *row = rh_shipped_scripts; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0) return row;
    return NULL;
}

static rh_status unknown_shipped(const char *name, rh_error *error)
{
    const char *names[SHIPPED_MAX];
    char list[512] = "";
    size_t count = 0, used = 0;
    for (const rh_shipped_script *row = rh_shipped_scripts;
         row->name != NULL && count < SHIPPED_MAX && used + RH_NAME_MAX + 2 < sizeof list; row++) {
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", count > 0 ? ", " : "",
                                 row->name);
        names[count++] = row->name;
    }
    const char *near = rh_nearest_name(name, names, count);
    if (near != NULL)
        return rh_fail(error, RH_INPUT, "no shipped policy \"%.63s\"; did you mean \"%s\"?", name,
                       near);
    return rh_fail(error, RH_INPUT,
                   "no shipped policy \"%.63s\"; there are: %s (a file ends in .lua)", name, list);
}

bool rh_policy_is_shipped(const char *name)
{
    return find_shipped(name) != NULL;
}

rh_status rh_policy_source_shipped(const char *name, rh_policy_source *source, rh_error *error)
{
    memset(source, 0, sizeof *source);
    const rh_shipped_script *row = find_shipped(name);
    if (row == NULL) return unknown_shipped(name, error);
    source->bytes = malloc(row->length + 1);
    if (source->bytes == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    memcpy(source->bytes, row->bytes, row->length);
    source->bytes[row->length] = '\0';
    source->length = row->length;
    snprintf(source->label, sizeof source->label, "%s.lua", row->name);
    rh_sha256_of(source->bytes, source->length, source->sha256);
    return RH_OK;
}

void rh_policy_source_free(rh_policy_source *source)
{
    free(source->bytes);
    for (size_t i = 0; i < source->module_count; i++) free(source->modules[i].bytes);
    free(source->modules);
    memset(source, 0, sizeof *source);
}
