/* The user's folder of installed policies: list, find by name and version, add.
 * Must not verify signatures (signed.c does, before). Invariant: a version's folder appears by one
 * rename and is never changed afterwards; its files are hashed again each time they are used. */
#include "host/installed.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "data/file.h"
#include "host/version.h"

enum { INSTALLED_MAX = 4096 };

/* --- where --------------------------------------------------------------------------------- */

static rh_status xdg_folder(const char *variable, const char *below_home, const char *tail,
                            char *out, rh_error *error)
{
    const char *folder = getenv(variable), *home = getenv("HOME");
    int length = -1;
    if (folder != NULL && folder[0] == '/')     /* the standard ignores relative ones */
        length = snprintf(out, RH_PATH_MAX, "%s/%s", folder, tail);
    else if (home != NULL && home[0] == '/')
        length = snprintf(out, RH_PATH_MAX, "%s/%s/%s", home, below_home, tail);
    else
        return rh_fail(error, RH_INPUT, "neither %s nor HOME is set to an absolute path", variable);
    if (length > 0 && length < RH_PATH_MAX - 256) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s or HOME is too long", variable);
}

rh_status rh_installed_root(char *out, rh_error *error)
{
    return xdg_folder("XDG_DATA_HOME", ".local/share", "rehedge/policies", out, error);
}

rh_status rh_config_folder(char *out, rh_error *error)
{
    return xdg_folder("XDG_CONFIG_HOME", ".config", "rehedge", out, error);
}

/* --- list ---------------------------------------------------------------------------------- */

typedef struct found_list { rh_installed *items; size_t count, capacity; } found_list;

static rh_status add_found(found_list *list, const char *name, const char *version,
                           rh_error *error)
{
    if (list->count >= INSTALLED_MAX)
        return rh_fail(error, RH_LIMIT, "more than %d policies are installed", INSTALLED_MAX);
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        rh_installed *grown = realloc(list->items, capacity * sizeof *grown);
        if (grown == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a list");
        list->items = grown;
        list->capacity = capacity;
    }
    rh_installed *item = &list->items[list->count++];
    memcpy(item->name, name, strlen(name) + 1);         /* both valid, so short enough */
    memcpy(item->version, version, strlen(version) + 1);
    return RH_OK;
}

/* The versions of one name; what is no version (a temporary folder) is passed over. */
static rh_status list_versions(const char *root, const char *name, found_list *list,
                               rh_error *error)
{
    char path[RH_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, name);
    DIR *folder = opendir(path);
    if (folder == NULL) return RH_OK;
    rh_status status = RH_OK;
    for (struct dirent *entry; status == RH_OK && (entry = readdir(folder)) != NULL;)
        if (rh_version_valid(entry->d_name) && strstr(entry->d_name, ".tmp-") == NULL)
            status = add_found(list, name, entry->d_name, error);
    closedir(folder);
    return status;
}

static int by_name_and_version(const void *a, const void *b)
{
    const rh_installed *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : rh_version_compare(x->version, y->version);
}

rh_status rh_installed_list(const char *root, rh_installed **items, size_t *count, rh_error *error)
{
    found_list list = {NULL, 0, 0};
    *items = NULL;
    *count = 0;
    DIR *folder = opendir(root);
    if (folder == NULL && errno == ENOENT) return RH_OK;
    if (folder == NULL)
        return rh_fail(error, RH_INPUT, "%s: cannot be read: %s", root, strerror(errno));
    rh_status status = RH_OK;
    for (struct dirent *entry; status == RH_OK && (entry = readdir(folder)) != NULL;)
        if (rh_policy_name_valid(entry->d_name))
            status = list_versions(root, entry->d_name, &list, error);
    closedir(folder);
    if (status != RH_OK) {
        free(list.items);
        return status;
    }
    if (list.count > 1) qsort(list.items, list.count, sizeof *list.items, by_name_and_version);
    *items = list.items;
    *count = list.count;
    return RH_OK;
}

/* --- find ---------------------------------------------------------------------------------- */

typedef struct wanted {
    char name[RH_NAME_MAX], version[RH_NAME_MAX], sha256[RH_SHA256_HEX];
} wanted;

static bool take(const char *from, size_t length, char *out, size_t capacity)
{
    if (length == 0 || length >= capacity) return false;
    memcpy(out, from, length);
    out[length] = '\0';
    return true;
}

static rh_status parse_spec(const char *spec, wanted *want, rh_error *error)
{
    memset(want, 0, sizeof *want);
    size_t name = strcspn(spec, "@#");
    const char *rest = spec + name;
    bool good = take(spec, name, want->name, sizeof want->name) &&
                rh_policy_name_valid(want->name);
    if (good && *rest == '@') {
        size_t version = strcspn(rest + 1, "#");
        good = take(rest + 1, version, want->version, sizeof want->version) &&
               rh_version_valid(want->version);
        rest += 1 + version;
    }
    if (good && *rest == '#')
        good = want->version[0] != '\0' && strlen(rest + 1) == RH_SHA256_HEX - 1 &&
               strspn(rest + 1, "0123456789abcdef") == RH_SHA256_HEX - 1 &&
               take(rest + 1, RH_SHA256_HEX - 1, want->sha256, sizeof want->sha256);
    if (good) return RH_OK;
    return rh_fail(error, RH_INPUT, "policy \"%.150s\": expected a shipped policy, NAME, "
                   "NAME@1.2.3 or NAME@1.2.3#SHA256 of an installed one, or a path with a '/'",
                   spec);
}

static rh_status not_installed(const char *spec, const wanted *want, const rh_installed *list,
                               size_t count, rh_error *error)
{
    const char *near = NULL;
    bool name_is_there = false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, want->name) == 0) {
            name_is_there = true;
            near = list[i].version;     /* the last is the newest */
        }
    if (name_is_there)
        return rh_fail(error, RH_INPUT, "policy \"%.150s\" is not installed; the newest of %s is "
                       "%s", spec, want->name, near);
    const char **names = calloc(count + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < count; i++) names[i] = list[i].name;
    if (names != NULL) near = rh_nearest_name(want->name, names, count);
    free(names);
    if (near != NULL)
        return rh_fail(error, RH_INPUT, "no policy \"%.150s\" is shipped or installed; did you "
                       "mean \"%s\"?", spec, near);
    rh_policy_source shipped;
    rh_error hint = {RH_OK, ""};
    if (want->version[0] == '\0' && rh_policy_source_shipped(want->name, &shipped, &hint) != RH_OK)
        return rh_fail(error, RH_INPUT, "%s; nor is one installed (a folder: write ./%.100s)",
                       hint.message, want->name);
    return rh_fail(error, RH_INPUT, "policy \"%.150s\" is not installed; rehedge policies lists "
                   "what is", spec);
}

static rh_status version_path(const char *root, const wanted *want, char path[RH_PATH_MAX],
                              rh_error *error)
{
    int length = snprintf(path, RH_PATH_MAX, "%s/%s/%s", root, want->name, want->version);
    if (length > 0 && length < RH_PATH_MAX - 64) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s: the path is too long", root);
}

/* The bundle of a version that is there, its files as its manifest says. */
static rh_status read_version(const char *root, const wanted *want, rh_bundle *bundle,
                              rh_error *error)
{
    char path[RH_PATH_MAX];
    rh_manifest manifest;
    RH_TRY(version_path(root, want, path, error));
    RH_TRY(rh_bundle_read_folder(path, bundle, error));
    rh_status status = rh_manifest_read(bundle, true, &manifest, error);
    if (status == RH_OK && (strcmp(manifest.name, want->name) != 0 ||
                            strcmp(manifest.version, want->version) != 0))
        status = rh_fail(error, RH_INPUT, "%s: found %s@%s there", path, manifest.name,
                         manifest.version);
    if (status != RH_OK) rh_bundle_free(bundle);
    return status;
}

/* The version that `spec` means: the newest, or the one it names; *versions: how many of the name
 * are installed. */
static rh_status find(const char *root, const char *spec, wanted *want, size_t *versions,
                      rh_error *error)
{
    rh_installed *list = NULL;
    size_t count = 0;
    bool found = false;
    RH_TRY(parse_spec(spec, want, error));
    RH_TRY(rh_installed_list(root, &list, &count, error));
    bool newest = want->version[0] == '\0';
    *versions = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, want->name) != 0) continue;
        ++*versions;
        if (!newest && strcmp(list[i].version, want->version) != 0) continue;
        memcpy(want->version, list[i].version, sizeof want->version);
        found = true;
    }
    rh_status status = found ? RH_OK : not_installed(spec, want, list, count, error);
    free(list);
    return status;
}

rh_status rh_installed_bundle(const char *root, const char *spec, rh_bundle *bundle,
                              rh_error *error)
{
    wanted want;
    size_t versions = 0;
    memset(bundle, 0, sizeof *bundle);
    RH_TRY(find(root, spec, &want, &versions, error));
    return read_version(root, &want, bundle, error);
}

rh_status rh_installed_source(const char *root, const char *spec, rh_policy_source *source,
                              rh_error *error)
{
    wanted want;
    rh_bundle bundle;
    size_t versions = 0;
    memset(source, 0, sizeof *source);
    if (parse_spec(spec, &want, error) != RH_OK &&
        strpbrk(spec, "@#") == NULL)                        /* who may be near what is shipped */
        return rh_policy_source_shipped(spec, source, error);
    RH_TRY(find(root, spec, &want, &versions, error));
    RH_TRY(read_version(root, &want, &bundle, error));
    rh_status status = rh_bundle_source(&bundle, source, error);
    rh_bundle_free(&bundle);
    RH_TRY(status);
    source->strict = true;
    snprintf(source->label, sizeof source->label, "%s@%s/policy.lua", want.name, want.version);
    if (want.sha256[0] == '\0' || strcmp(want.sha256, source->sha256) == 0) return RH_OK;
    status = rh_fail(error, RH_INPUT, "%s@%s: found sha256 %s, expected the pinned %s", want.name,
                     want.version, source->sha256, want.sha256);
    rh_policy_source_free(source);
    return status;
}

/* --- remove -------------------------------------------------------------------------------- */

rh_status rh_installed_remove(const char *root, const char *spec, rh_installed *gone,
                              rh_error *error)
{
    wanted want;
    rh_dir_out doomed = {.path = ""};
    char path[RH_PATH_MAX];
    size_t versions = 0;
    memset(gone, 0, sizeof *gone);
    if (rh_policy_is_shipped(spec))
        return rh_fail(error, RH_INPUT, "%s is shipped with rehedge and cannot be removed", spec);
    bool names_version = strchr(spec, '@') != NULL;
    RH_TRY(find(root, spec, &want, &versions, error));
    if (!names_version && versions > 1)
        return rh_fail(error, RH_INPUT, "%zu versions of %s are installed: say which, such as "
                       "%s@%s (rehedge policies lists them)", versions, want.name, want.name,
                       want.version);
    if (want.sha256[0] != '\0')
        return rh_fail(error, RH_INPUT, "\"%.150s\": expected NAME@VERSION, without a hash", spec);
    RH_TRY(version_path(root, &want, path, error));
    /* out of sight by one rename, under a name that is no version; then file by file */
    snprintf(doomed.temporary, sizeof doomed.temporary, "%.*s.tmp-%ld", RH_PATH_MAX - 32, path,
             (long)getpid());
    if (rename(path, doomed.temporary) != 0)
        return rh_fail(error, RH_IO, "%s: cannot be removed: %s", path, strerror(errno));
    rh_dir_out_abandon(&doomed);
    *strrchr(path, '/') = '\0';
    rmdir(path);                            /* the folder of the name, where it is empty */
    snprintf(gone->name, sizeof gone->name, "%s", want.name);
    snprintf(gone->version, sizeof gone->version, "%s", want.version);
    return RH_OK;
}

/* --- add ----------------------------------------------------------------------------------- */

static bool same_files(const rh_bundle *a, const rh_bundle *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->files[i].path, b->files[i].path) != 0 ||
            strcmp(a->files[i].sha256, b->files[i].sha256) != 0)
            return false;
    return true;
}

static rh_status compare_with_present(const char *path, const rh_bundle *bundle,
                                      const rh_manifest *m, bool *already, rh_error *error)
{
    rh_bundle present;
    RH_TRY(rh_bundle_read_folder(path, &present, error));
    *already = same_files(&present, bundle);
    rh_bundle_free(&present);
    if (*already) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s@%s is installed with other content: found in %s; expected "
                   "a new version for new content", m->name, m->version, path);
}

static rh_status check_not_older(const char *root, const rh_manifest *m, rh_error *error)
{
    rh_installed *list = NULL;
    size_t count = 0;
    rh_status status = rh_installed_list(root, &list, &count, error);
    for (size_t i = 0; i < count && status == RH_OK; i++)
        if (strcmp(list[i].name, m->name) == 0 &&
            rh_version_compare(list[i].version, m->version) > 0)
            status = rh_fail(error, RH_INPUT, "%s@%s is older than the installed %s (to permit it: "
                             "--allow-downgrade)", m->name, m->version, list[i].version);
    free(list);
    return status;
}

rh_status rh_installed_add(const char *root, const rh_bundle *bundle, const rh_manifest *m,
                           bool allow_older, bool *already, rh_error *error)
{
    char path[RH_PATH_MAX];
    rh_dir_out folder;
    *already = false;
    if (rh_policy_is_shipped(m->name))
        return rh_fail(error, RH_INPUT, "%s: a shipped policy has this name, and would be found "
                       "first", m->name);
    int length = snprintf(path, sizeof path, "%s/%s/%s", root, m->name, m->version);
    if (length < 0 || (size_t)length >= sizeof path)
        return rh_fail(error, RH_INPUT, "%s: the path is too long", root);
    if (rh_file_exists(path)) return compare_with_present(path, bundle, m, already, error);
    if (!allow_older) RH_TRY(check_not_older(root, m, error));
    RH_TRY(rh_dir_out_begin(&folder, path, error));
    rh_status status = rh_bundle_write_folder(bundle, folder.temporary, error);
    if (status == RH_OK)
        status = rh_dir_out_commit(&folder, error);
    else
        rh_dir_out_abandon(&folder);
    path[length - (int)strlen(m->version) - 1] = '\0';
    if (status != RH_OK) rmdir(path);       /* the folder of the name, where it is empty */
    return status;
}
