/* manifest.json: what a bundle says about itself, checked against its files and against what its
 * policy declares. Must not load a policy. Invariant: a packed bundle whose manifest was accepted
 * has exactly the files that the manifest lists, each with the hash it gives. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/json.h"
#include "engine/engine.h"
#include "host/bundle.h"
#include "host/version.h"
#include "policy/describe.h"

#define MANIFEST "manifest.json"

/* --- reading ------------------------------------------------------------------------------- */

static rh_status open_manifest(const rh_bundle *bundle, rh_json_doc **doc, rh_error *error)
{
    char name[RH_PATH_MAX + sizeof MANIFEST + 1];
    const rh_bundle_file *file = rh_bundle_find(bundle, MANIFEST);
    *doc = NULL;
    if (file == NULL) return RH_NOT_FOUND;
    snprintf(name, sizeof name, "%s/" MANIFEST, bundle->label);
    if (file->length > RH_MANIFEST_BYTES_MAX)
        return rh_fail(error, RH_LIMIT, "%s: found %zu bytes, expected at most %u", name,
                       file->length, RH_MANIFEST_BYTES_MAX);
    if (memchr(file->bytes, '\0', file->length) != NULL)
        return rh_fail(error, RH_INPUT, "%s: found a zero byte, expected JSON", name);
    return rh_json_parse(name, file->bytes, file->length, doc, error);
}

static rh_status take_text(rh_json root, const char *key, rh_json_need need, char *out,
                           size_t capacity, rh_error *error)
{
    const char *text = "";
    RH_TRY(rh_json_text(root, key, need, &text, error));
    if (strlen(text) >= capacity)
        return rh_json_fail(root, error, "%s: found %zu bytes, expected at most %zu", key,
                            strlen(text), capacity - 1);
    memcpy(out, text, strlen(text) + 1);
    return RH_OK;
}

static rh_status bad_word(rh_json root, const char *key, const char *found, const char *expected,
                          rh_error *error)
{
    char shown[RH_NAME_MAX];
    rh_text_escape(shown, sizeof shown, found, strlen(found));
    return rh_json_fail(root, error, "%s: found \"%s\", expected %s", key, shown, expected);
}

static rh_status check_words(rh_json root, const rh_manifest *m, rh_error *error)
{
    if (m->name[0] != '\0' && !rh_policy_name_valid(m->name))
        return bad_word(root, "name", m->name, "lower-case letters, digits, '-' and '_', a letter "
                        "first", error);
    if (m->version[0] != '\0' && !rh_version_valid(m->version))
        return bad_word(root, "version", m->version, "three numbers such as 1.0.0", error);
    if (m->engine[0] == '\0') return RH_OK;
    if (!rh_version_valid(m->engine))
        return bad_word(root, "engine", m->engine, "the oldest version it runs on, such as 0.1.0",
                        error);
    if (rh_version_compare(m->engine, RH_ENGINE_VERSION) <= 0) return RH_OK;
    return rh_json_fail(root, error, "engine: found %s, this is rehedge %s: it needs a newer one",
                        m->engine, RH_ENGINE_VERSION);
}

static rh_status check_file(rh_json files, const rh_bundle_file *file, rh_error *error)
{
    const char *sha256 = NULL;
    if (strcmp(file->path, MANIFEST) == 0) return RH_OK;
    if (!rh_json_has(files, file->path))
        return rh_json_fail(files, error, "found the file \"%s\", which is not listed", file->path);
    RH_TRY(rh_json_text(files, file->path, RH_REQUIRED, &sha256, error));
    if (strcmp(sha256, file->sha256) == 0) return RH_OK;
    return rh_json_fail(files, error, "%s: found a file with sha256 %s, expected %.64s: it was "
                        "changed after packing", file->path, file->sha256, sha256);
}

static rh_status check_files(const rh_bundle *bundle, rh_json root, bool packed, rh_error *error)
{
    rh_json files;
    rh_status found = rh_json_get(root, "files", packed ? RH_REQUIRED : RH_OPTIONAL, &files,
                                  error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    if (rh_json_kind(files) != RH_JSON_OBJECT)
        return rh_json_expect(files, error, "an object of file names and their sha256");
    for (size_t i = 0; i < rh_json_count(files); i++) {
        const char *path = rh_json_key_at(files, i);
        if (strcmp(path, MANIFEST) != 0 && rh_bundle_find(bundle, path) != NULL) continue;
        char shown[128];
        rh_text_escape(shown, sizeof shown, path, strlen(path));
        return rh_json_fail(files, error, "\"%s\": listed, but not in the bundle", shown);
    }
    for (size_t i = 0; i < bundle->count; i++)
        RH_TRY(check_file(files, &bundle->files[i], error));
    return RH_OK;
}

static rh_status read_root(const rh_bundle *bundle, rh_json root, bool packed, rh_manifest *m,
                           rh_error *error)
{
    static const char *const keys[] = {"rehedge", "name", "version", "api", "license", "about",
                                       "engine", "params", "features", "files", NULL};
    rh_json_need need = packed ? RH_REQUIRED : RH_OPTIONAL;
    int64_t format = 1, api = 0;
    RH_TRY(rh_json_keys(root, keys, error));
    RH_TRY(rh_json_integer(root, "rehedge", need, 1, 1, &format, error));
    RH_TRY(rh_json_integer(root, "api", need, 1, RH_POLICY_API, &api, error));
    m->api = (int)api;
    RH_TRY(take_text(root, "name", need, m->name, sizeof m->name, error));
    RH_TRY(take_text(root, "version", need, m->version, sizeof m->version, error));
    RH_TRY(take_text(root, "license", RH_OPTIONAL, m->license, sizeof m->license, error));
    RH_TRY(take_text(root, "about", RH_OPTIONAL, m->about, sizeof m->about, error));
    RH_TRY(take_text(root, "engine", need, m->engine, sizeof m->engine, error));
    if (packed && (m->name[0] == '\0' || m->version[0] == '\0' || m->engine[0] == '\0'))
        return rh_json_fail(root, error, "found an empty name, version or engine");
    RH_TRY(check_words(root, m, error));
    return check_files(bundle, root, packed, error);
}

rh_status rh_manifest_read(const rh_bundle *bundle, bool packed, rh_manifest *manifest,
                           rh_error *error)
{
    rh_json_doc *doc = NULL;
    memset(manifest, 0, sizeof *manifest);
    if (rh_bundle_find(bundle, "policy.lua") == NULL)
        return rh_fail(error, RH_INPUT, "%s: found no policy.lua, which every bundle has",
                       bundle->label);
    rh_status status = open_manifest(bundle, &doc, error);
    if (status == RH_NOT_FOUND && packed)
        return rh_fail(error, RH_INPUT, "%s: found no " MANIFEST ", which rehedge pack writes",
                       bundle->label);
    if (status == RH_NOT_FOUND) return RH_OK;
    if (status == RH_OK)
        status = read_root(bundle, rh_json_root(doc), packed, manifest, error);
    rh_json_free(doc);
    return status;
}

/* --- what the policy declares -------------------------------------------------------------- */

static rh_status agrees_on_text(rh_json root, const char *key, const char *declared,
                                rh_error *error)
{
    const char *said = NULL;
    RH_TRY(rh_json_text(root, key, RH_OPTIONAL, &said, error));
    if (said == NULL || strcmp(said, declared) == 0) return RH_OK;
    return rh_json_fail(root, error, "%s: found \"%.100s\", but policy.lua declares \"%.100s\"",
                        key, said, declared);
}

/* `described`: {"KEY": ...} as the policy declares it. */
static rh_status agrees_on_object(rh_json root, const char *key, const rh_buffer *described,
                                  rh_error *error)
{
    rh_json said;
    rh_buffer text = {0};
    rh_json_writer writer = {.out = &text};
    if (described->failed) return rh_fail(error, RH_NO_MEMORY, "no memory for a manifest");
    rh_status status = rh_json_get(root, key, RH_OPTIONAL, &said, error);
    if (status != RH_OK) return status == RH_NOT_FOUND ? RH_OK : status;
    rh_json_open(&writer, NULL, '{');
    rh_json_put_value(&writer, key, said);
    rh_json_close(&writer, '}');
    if (text.failed)
        status = rh_fail(error, RH_NO_MEMORY, "no memory for a manifest");
    else if (strcmp(text.bytes, described->bytes) != 0)
        status = rh_json_fail(said, error, "differ from what policy.lua declares (leave them out: "
                              "rehedge pack writes them)");
    rh_buffer_free(&text);
    return status;
}

static rh_status agrees(rh_json root, const rh_policy *policy, rh_error *error)
{
    rh_buffer text = {0};
    rh_json_writer writer = {.out = &text};
    RH_TRY(agrees_on_text(root, "name", policy->name, error));
    RH_TRY(agrees_on_text(root, "version", policy->version, error));
    RH_TRY(agrees_on_text(root, "license", policy->license, error));
    RH_TRY(agrees_on_text(root, "about", policy->about, error));
    rh_json_open(&writer, NULL, '{');
    rh_policy_describe_params(&writer, &policy->params);
    rh_json_close(&writer, '}');
    rh_status status = agrees_on_object(root, "params", &text, error);
    rh_buffer_clear(&text);
    writer = (rh_json_writer){.out = &text};
    rh_json_open(&writer, NULL, '{');
    rh_policy_describe_features(&writer, policy);
    rh_json_close(&writer, '}');
    if (status == RH_OK) status = agrees_on_object(root, "features", &text, error);
    rh_buffer_free(&text);
    return status;
}

rh_status rh_manifest_agrees(const rh_bundle *bundle, const rh_policy *policy, rh_error *error)
{
    rh_json_doc *doc = NULL;
    rh_status status = open_manifest(bundle, &doc, error);
    if (status == RH_NOT_FOUND) return RH_OK;
    if (status == RH_OK) status = agrees(rh_json_root(doc), policy, error);
    rh_json_free(doc);
    return status;
}

/* --- writing ------------------------------------------------------------------------------- */

static void put_manifest(const rh_bundle *bundle, const rh_policy *policy, const char *engine,
                         rh_buffer *out)
{
    rh_json_writer writer = {.out = out, .pretty = true};
    rh_json_open(&writer, NULL, '{');
    rh_json_put_i64(&writer, "rehedge", 1);
    rh_json_put_text(&writer, "name", policy->name);
    rh_json_put_text(&writer, "version", policy->version);
    rh_json_put_i64(&writer, "api", RH_POLICY_API);
    rh_json_put_text(&writer, "license", policy->license);
    rh_json_put_text(&writer, "about", policy->about);
    rh_json_put_text(&writer, "engine", engine[0] != '\0' ? engine : RH_ENGINE_VERSION);
    rh_policy_describe_params(&writer, &policy->params);
    rh_policy_describe_features(&writer, policy);
    rh_json_open(&writer, "files", '{');
    for (size_t i = 0; i < bundle->count; i++)
        rh_json_put_text(&writer, bundle->files[i].path, bundle->files[i].sha256);
    rh_json_close(&writer, '}');
    rh_json_close(&writer, '}');
    rh_buffer_text(out, "\n");
}

static void remove_manifest(rh_bundle *bundle)
{
    for (size_t i = 0; i < bundle->count; i++) {
        if (strcmp(bundle->files[i].path, MANIFEST) != 0) continue;
        bundle->bytes -= bundle->files[i].length;
        free(bundle->files[i].bytes);
        memmove(&bundle->files[i], &bundle->files[i + 1],
                (bundle->count - i - 1) * sizeof *bundle->files);
        bundle->count--;
        return;
    }
}

rh_status rh_manifest_write(rh_bundle *bundle, const rh_policy *policy, const char *engine,
                            rh_error *error)
{
    rh_buffer out = {0};
    if (!rh_policy_name_valid(policy->name))
        return rh_fail(error, RH_INPUT, "%s: policy.lua: name: found \"%s\", expected lower-case "
                       "letters, digits, '-' and '_', a letter first", bundle->label, policy->name);
    if (!rh_version_valid(policy->version))
        return rh_fail(error, RH_INPUT, "%s: policy.lua: version: found \"%s\", expected three "
                       "numbers such as 1.0.0", bundle->label, policy->version);
    remove_manifest(bundle);
    rh_bundle_sort(bundle);
    put_manifest(bundle, policy, engine, &out);
    if (out.failed) {
        rh_buffer_free(&out);
        return rh_fail(error, RH_NO_MEMORY, "no memory for a manifest");
    }
    RH_TRY(rh_bundle_add(bundle, MANIFEST, out.bytes, out.length, error));
    rh_bundle_sort(bundle);
    return RH_OK;
}
