/* From a bundle to the source set of a run: the main file and the modules it may require. Also the
 * finder that the engine is handed. Must not decide who may be trusted with what: what came in an
 * archive or was installed is a stranger's, and marked strict. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/file.h"
#include "host/bundle.h"
#include "host/installed.h"
#include "lua/lua_policy.h"

static rh_status add_modules(const rh_bundle *bundle, rh_policy_source *source, rh_error *error)
{
    char name[RH_MODULE_PATH_MAX];
    for (size_t i = 0; i < bundle->count; i++) {
        const rh_bundle_file *file = &bundle->files[i];
        if (rh_policy_module_name(file->path, name))
            RH_TRY(rh_policy_source_add_module(source, file->path, file->bytes, file->length,
                                               error));
    }
    return RH_OK;
}

rh_status rh_bundle_script(const rh_bundle *bundle, const rh_bundle_file *file,
                           rh_policy_source *source, rh_error *error)
{
    memset(source, 0, sizeof *source);
    if (file->length > RH_LUA_SOURCE_BYTES_MAX)
        return rh_fail(error, RH_LIMIT, "%s: %s: found %zu bytes, expected at most %u",
                       bundle->label, file->path, file->length, RH_LUA_SOURCE_BYTES_MAX);
    source->is_bundle = true;
    snprintf(source->label, sizeof source->label, "%s", file->path);
    source->length = file->length;
    source->bytes = malloc(file->length + 1);
    rh_status status = RH_OK;
    if (source->bytes == NULL)
        status = rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    else
        memcpy(source->bytes, file->bytes, file->length + 1);
    if (status == RH_OK) status = add_modules(bundle, source, error);
    if (status == RH_OK)
        rh_policy_source_seal(source);
    else
        rh_policy_source_free(source);
    return status;
}

rh_status rh_bundle_source(const rh_bundle *bundle, rh_policy_source *source, rh_error *error)
{
    const rh_bundle_file *main_file = rh_bundle_find(bundle, "policy.lua");
    memset(source, 0, sizeof *source);
    if (main_file == NULL)
        return rh_fail(error, RH_INPUT, "%s: found no policy.lua, which every bundle has",
                       bundle->label);
    RH_TRY(rh_bundle_script(bundle, main_file, source, error));
    rh_policy_source_label(source, bundle->label);
    return RH_OK;
}

static rh_status load_strict(const rh_bundle *bundle, rh_policy **policy, rh_error *error)
{
    rh_policy_source source;
    const rh_policy_services services = {.seed = 0};
    const rh_json defaults = {NULL, NULL};
    RH_TRY(rh_bundle_source(bundle, &source, error));
    source.strict = true;
    rh_status status = rh_lua_loader.load(rh_lua_loader.context, &source, defaults, &services,
                                          policy, error);
    rh_policy_source_free(&source);
    return status;
}

rh_status rh_bundle_check(const rh_bundle *bundle, bool packed, rh_policy **policy,
                          rh_manifest *manifest, rh_error *error)
{
    *policy = NULL;
    RH_TRY(rh_manifest_read(bundle, packed, manifest, error));
    RH_TRY(load_strict(bundle, policy, error));
    rh_status status = rh_manifest_agrees(bundle, *policy, error);
    if (status == RH_OK) return RH_OK;
    rh_policy_free(*policy);
    *policy = NULL;
    return status;
}

/* --- the finder ---------------------------------------------------------------------------- */

/* Is what `path` leads to, or else the folder it is written in, below the real `root`? */
static bool is_below(const char *path, const char *root)
{
    size_t length = strlen(root);
    char *real = realpath(path, NULL);
    bool below = real != NULL && strncmp(real, root, length) == 0 &&
                 (real[length] == '/' || real[length] == '\0');
    free(real);
    return below;
}

/* What was installed stays a stranger's, by whatever path it is named: through a link to it from
 * elsewhere, or a link that was put among it. */
static bool is_installed(const char *path)
{
    char root[RH_PATH_MAX], folder[RH_PATH_MAX];
    rh_error ignored;
    if (rh_installed_root(root, &ignored) != RH_OK) return false;
    char *real_root = realpath(root, NULL);
    if (real_root == NULL) return false;
    const char *slash = strrchr(path, '/');
    int length = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1,
                          slash ? path : ".");
    bool inside = is_below(path, real_root) ||
                  (length < (int)sizeof folder && is_below(folder, real_root));
    free(real_root);
    return inside;
}

static rh_status open_path(void *context, const char *path, rh_policy_source *source,
                           rh_error *error)
{
    rh_bundle bundle;
    rh_manifest manifest;
    rh_policy *policy = NULL;
    (void)context;
    bool packed = !rh_file_is_folder(path);
    RH_TRY(rh_bundle_read(path, &bundle, error));
    rh_status status = packed ? rh_bundle_check(&bundle, true, &policy, &manifest, error)
                              : rh_manifest_read(&bundle, false, &manifest, error);
    rh_policy_free(policy);
    if (status == RH_OK) status = rh_bundle_source(&bundle, source, error);
    if (status == RH_OK) source->strict = packed || is_installed(path);
    rh_bundle_free(&bundle);
    return status;
}

static rh_status open_installed(void *context, const char *spec, rh_policy_source *source,
                                rh_error *error)
{
    char root[RH_PATH_MAX];
    (void)context;
    RH_TRY(rh_installed_root(root, error));
    return rh_installed_source(root, spec, source, error);
}

const rh_policy_finder rh_bundle_finder = {open_path, open_installed, NULL, is_installed};
