/* From a bundle to the source set of a run: the main file and the modules it may require. Also the
 * finder that the engine is handed. Must not decide who may be trusted with what: what came in an
 * archive or was installed is a stranger's, and marked strict. */
#include <stdlib.h>
#include <string.h>

#include "data/file.h"
#include "host/bundle.h"
#include "host/installed.h"
#include "lua/lua_policy.h"

rh_status rh_bundle_source(const rh_bundle *bundle, rh_policy_source *source, rh_error *error)
{
    char name[RH_MODULE_PATH_MAX];
    const rh_bundle_file *main_file = rh_bundle_find(bundle, "policy.lua");
    memset(source, 0, sizeof *source);
    if (main_file == NULL)
        return rh_fail(error, RH_INPUT, "%s: found no policy.lua, which every bundle has",
                       bundle->label);
    if (main_file->length > RH_LUA_SOURCE_BYTES_MAX)
        return rh_fail(error, RH_LIMIT, "%s: policy.lua: found %zu bytes, expected at most %u",
                       bundle->label, main_file->length, RH_LUA_SOURCE_BYTES_MAX);
    source->is_bundle = true;
    rh_policy_source_label(source, bundle->label);
    source->length = main_file->length;
    source->bytes = malloc(main_file->length + 1);
    rh_status status = RH_OK;
    if (source->bytes == NULL)
        status = rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    else
        memcpy(source->bytes, main_file->bytes, main_file->length + 1);
    for (size_t i = 0; i < bundle->count && status == RH_OK; i++) {
        const rh_bundle_file *file = &bundle->files[i];
        if (!rh_policy_module_name(file->path, name)) continue;
        status = rh_policy_source_add_module(source, file->path, file->bytes, file->length, error);
    }
    if (status == RH_OK)
        rh_policy_source_seal(source);
    else
        rh_policy_source_free(source);
    return status;
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

/* What was installed stays a stranger's, by whatever path it is named. */
static bool is_installed(const char *path)
{
    char root[RH_PATH_MAX];
    rh_error ignored;
    if (rh_installed_root(root, &ignored) != RH_OK) return false;
    char *real = realpath(path, NULL), *real_root = realpath(root, NULL);
    size_t length = real_root ? strlen(real_root) : 0;
    bool below = real && real_root && !strncmp(real, real_root, length) && real[length] == '/';
    free(real);
    free(real_root);
    return below;
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

const rh_policy_finder rh_bundle_finder = {open_path, open_installed, NULL};
