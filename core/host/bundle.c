/* The files of a bundle in memory, and the rules for their names, which hold before a name is used.
 * Must not read or write anything. Invariant: no two paths collide on a file system that folds
 * case, and none is both a file and a folder. */
#include "host/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void rh_bundle_free(rh_bundle *bundle)
{
    for (size_t i = 0; i < bundle->count; i++) free(bundle->files[i].bytes);
    free(bundle->files);
    memset(bundle, 0, sizeof *bundle);
}

const rh_bundle_file *rh_bundle_find(const rh_bundle *bundle, const char *path)
{
    for (size_t i = 0; i < bundle->count; i++)
        if (strcmp(bundle->files[i].path, path) == 0) return &bundle->files[i];
    return NULL;
}

/* --- names --------------------------------------------------------------------------------- */

/* POSIX's portable file name characters: they mean the same in every locale and file system. */
static bool is_portable(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '.' || c == '_' || c == '-';
}

static rh_status bad_path(const char *label, const char *path, const char *found, rh_error *error)
{
    char shown[128];
    rh_text_escape(shown, sizeof shown, path, strlen(path));
    return rh_fail(error, RH_INPUT, "%s: \"%s\": found %s, expected a path inside the bundle, such "
                   "as indicators/vol.lua (letters, digits, '.', '_', '-')", label, shown, found);
}

rh_status rh_bundle_check_path(const char *label, const char *path, rh_error *error)
{
    int depth = 1;
    size_t length = strlen(path);
    if (length == 0) return bad_path(label, path, "an empty name", error);
    if (path[0] == '/') return bad_path(label, path, "an absolute path", error);
    if (length >= RH_BUNDLE_PATH_MAX)
        return bad_path(label, path, "a path of more than 99 bytes", error);
    for (size_t i = 0; i < length; i++) {
        bool at_start = i == 0 || path[i - 1] == '/';
        const char *part = path + i;
        if (at_start && strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return bad_path(label, path, "\"..\", which leaves the bundle", error);
        if (at_start && path[i] == '.')
            return bad_path(label, path, "a name that begins with a dot", error);
        if (at_start && path[i] == '-')
            return bad_path(label, path, "a name that begins with '-'", error);
        if (path[i] == '/' && (at_start || i + 1 == length))
            return bad_path(label, path, "an empty name", error);
        if (path[i] == '/' && ++depth > RH_BUNDLE_DEPTH_MAX)
            return bad_path(label, path, "more than 8 levels", error);
        if (path[i] != '/' && !is_portable(path[i]))
            return bad_path(label, path, "a character that is not portable", error);
    }
    return RH_OK;
}

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* NULL, or how two valid paths collide. */
static const char *collision(const char *a, const char *b)
{
    size_t i = 0, from = 0;
    for (; a[i] != '\0' && a[i] == b[i]; i++)
        if (a[i] == '/') from = i + 1;
    if (a[i] == '\0' && b[i] == '\0') return "the same path twice";
    if ((a[i] == '\0' && b[i] == '/') || (b[i] == '\0' && a[i] == '/'))
        return "a file where a folder is";
    for (i = from; a[i] != '\0' && b[i] != '\0' && folded(a[i]) == folded(b[i]); i++)
        if (a[i] == '/') return "names that differ only in case";
    bool a_ends = a[i] == '\0' || a[i] == '/', b_ends = b[i] == '\0' || b[i] == '/';
    return a_ends && b_ends ? "names that differ only in case" : NULL;
}

static rh_status check_new(const rh_bundle *bundle, const char *path, size_t length,
                           rh_error *error)
{
    static_assert(RH_BUNDLE_PATH_MAX == 100 && RH_BUNDLE_DEPTH_MAX == 8, "messages say so");
    RH_TRY(rh_bundle_check_path(bundle->label, path, error));
    for (size_t i = 0; i < bundle->count; i++) {
        const char *found = collision(bundle->files[i].path, path);
        if (found != NULL)
            return rh_fail(error, RH_INPUT, "%s: \"%s\" and \"%s\": found %s, expected paths that "
                           "differ on every file system", bundle->label, bundle->files[i].path,
                           path, found);
    }
    if (bundle->count >= RH_BUNDLE_FILES_MAX)
        return rh_fail(error, RH_LIMIT, "%s: \"%s\": found more than %d files", bundle->label, path,
                       RH_BUNDLE_FILES_MAX);
    if (length > RH_BUNDLE_FILE_BYTES_MAX)
        return rh_fail(error, RH_LIMIT, "%s: \"%s\": found %zu bytes, expected at most %u a file",
                       bundle->label, path, length, RH_BUNDLE_FILE_BYTES_MAX);
    if (bundle->bytes + length > RH_BUNDLE_BYTES_MAX)
        return rh_fail(error, RH_LIMIT, "%s: \"%s\": found more than %u bytes in all files",
                       bundle->label, path, RH_BUNDLE_BYTES_MAX);
    return RH_OK;
}

rh_status rh_bundle_add(rh_bundle *bundle, const char *path, char *bytes, size_t length,
                        rh_error *error)
{
    rh_status status = check_new(bundle, path, length, error);
    rh_bundle_file *grown = NULL;
    if (status == RH_OK) {
        grown = realloc(bundle->files, (bundle->count + 1) * sizeof *grown);
        if (grown == NULL) status = rh_fail(error, RH_NO_MEMORY, "no memory for a bundle");
    }
    if (status != RH_OK) {
        free(bytes);
        return status;
    }
    bundle->files = grown;
    rh_bundle_file *file = &grown[bundle->count++];
    memset(file, 0, sizeof *file);
    memcpy(file->path, path, strlen(path) + 1);
    file->bytes = bytes;
    file->length = length;
    rh_sha256_of(bytes, length, file->sha256);
    bundle->bytes += length;
    return RH_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const rh_bundle_file *)a)->path, ((const rh_bundle_file *)b)->path);
}

void rh_bundle_sort(rh_bundle *bundle)
{
    if (bundle->count > 1) qsort(bundle->files, bundle->count, sizeof *bundle->files, by_path);
}
