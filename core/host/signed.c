/* Verify, check, install: the order in which a stranger's archive is looked at.
 * Must not print. Invariants: with ENFORCE no byte of an archive is parsed before its signature is
 * good; a signature that is wrong is refused under WARN too, only a missing one or an unknown key
 * passes there; nothing is written before everything was checked. */
#include "host/signed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/file.h"
#include "host/installed.h"
#include "host/signer.h"

const char *const rh_signatures_words[] = {"off", "warn", "enforce", NULL};

/* --- what the trusted comment binds -------------------------------------------------------- */

void rh_binding_text(const rh_manifest *manifest, char out[RH_NAME_MAX * 2 + 64])
{
    snprintf(out, RH_NAME_MAX * 2 + 64, "rehedge bundle name:%s version:%s", manifest->name,
             manifest->version);
}

/* The value of the word "KEY:value" into out; how many such words there are. */
static int bound_word(const char *comment, const char *key, char out[RH_NAME_MAX])
{
    int found = 0;
    size_t prefix = strlen(key);
    for (const char *at = comment; *at != '\0';) {
        size_t length = strcspn(at, " \t");
        if (length > prefix && strncmp(at, key, prefix) == 0) {
            found++;
            rh_text_escape(out, RH_NAME_MAX, at + prefix, length - prefix);
        }
        at += length;
        at += strspn(at, " \t");
    }
    return found;
}

rh_status rh_binding_check(const char *label, const char *trusted_comment,
                           const rh_manifest *m, rh_error *error)
{
    char name[RH_NAME_MAX] = "", version[RH_NAME_MAX] = "";
    int names = bound_word(trusted_comment, "name:", name);
    int versions = bound_word(trusted_comment, "version:", version);
    if (names == 0 && versions == 0)
        return rh_fail(error, RH_NOT_FOUND, "%s: the trusted comment binds no name and version "
                       "(rehedge sign writes them)", label);
    if (names == 1 && versions == 1 && strcmp(name, m->name) == 0 &&
        strcmp(version, m->version) == 0)
        return RH_OK;
    return rh_fail(error, RH_INPUT, "%s: found a signature for %s@%s%s, expected one for %s@%s",
                   label, names > 0 ? name : "?", versions > 0 ? version : "?",
                   names > 1 || versions > 1 ? " and more" : "", m->name, m->version);
}

/* --- verifying ----------------------------------------------------------------------------- */

typedef struct install_state {
    const rh_install_request *request;
    rh_install_result *result;
    rh_error *error;
    rh_keystore *store;
    char *bytes, *signature_text;
    size_t length, signature_length;
    char signature_path[RH_PATH_MAX + 16];
    rh_signature signature;
    const rh_public_key *key;       /* that verified */
    rh_bundle bundle;
} install_state;

/* What ENFORCE refuses and WARN notes. */
static rh_status let_pass(install_state *in, const char *format, const char *about)
{
    rh_fail(in->error, RH_INPUT, format, about);
    if (in->request->signatures == RH_SIGNATURES_ENFORCE) return RH_INPUT;
    if (in->error != NULL && in->result->warning[0] == '\0')
        memcpy(in->result->warning, in->error->message, sizeof in->result->warning);
    return RH_OK;
}

static rh_status read_signature(install_state *in)
{
    const rh_install_request *request = in->request;
    if (request->signature_path != NULL)
        snprintf(in->signature_path, sizeof in->signature_path, "%s", request->signature_path);
    else
        snprintf(in->signature_path, sizeof in->signature_path, "%s.minisig", request->path);
    if (request->signature_path == NULL && !rh_file_exists(in->signature_path))
        return let_pass(in, "%s: found no signature there, and --signatures enforce needs one (to "
                        "install without: --signatures warn)", in->signature_path);
    RH_TRY(rh_file_read(in->signature_path, RH_SIGNATURE_BYTES_MAX, &in->signature_text,
                        &in->signature_length, in->error));
    return rh_signature_parse(in->signature_path, in->signature_text, in->signature_length,
                              &in->signature, in->error);
}

static rh_status verify(install_state *in)
{
    const rh_public_key *key = in->request->key;
    char id[RH_KEY_ID_TEXT];
    RH_TRY(read_signature(in));
    if (in->signature_text == NULL) return RH_OK;       /* none, and that passes */
    if (key == NULL) {
        RH_TRY(rh_keystore_read(in->request->keystore_path, &in->store, in->error));
        key = rh_keystore_find(in->store, in->signature.id);
    }
    rh_key_id_text(in->signature.id, id);
    if (key == NULL)
        return let_pass(in, "the signature is by key %s, which is not in the key store (rehedge "
                        "trust KEYFILE NAME puts it there)", id);
    RH_TRY(rh_verify(in->signature_path, key, &in->signature, in->bytes, in->length, in->error));
    in->key = key;
    for (size_t i = 0; in->store != NULL && i < rh_keystore_count(in->store); i++)
        if (rh_keystore_key(in->store, i) == key)
            snprintf(in->result->key_about, sizeof in->result->key_about, "%s",
                     rh_keystore_about(in->store, i));
    memcpy(in->result->key_id, id, sizeof id);
    return RH_OK;
}

static rh_status check_binding(install_state *in)
{
    const rh_manifest *m = &in->result->manifest;
    rh_error why = {RH_OK, ""};
    if (in->key == NULL) return RH_OK;
    rh_status status = rh_binding_check(in->signature_path, in->signature.trusted_comment, m, &why);
    if (status == RH_NOT_FOUND) RH_TRY(let_pass(in, "%s", why.message));
    if (status == RH_INPUT) return rh_fail(in->error, RH_INPUT, "%s", why.message);
    if (in->store == NULL || rh_keystore_may(in->store, in->key, m->name)) return RH_OK;
    return rh_fail(in->error, RH_INPUT, "%s: key %s may not publish \"%s\" (to permit it: rehedge "
                   "trust KEYFILE %s)", in->signature_path, in->result->key_id, m->name, m->name);
}

/* --- installing ---------------------------------------------------------------------------- */

/* The policy and the note of who signed it. A note that was made earlier for the same content stays
 * when nothing was verified now. */
static rh_status add_with_signer(install_state *in)
{
    const rh_install_request *request = in->request;
    const rh_manifest *m = &in->result->manifest;
    rh_signer signer = {.key_id = ""}, before;
    rh_installed item;
    snprintf(item.name, sizeof item.name, "%s", m->name);
    snprintf(item.version, sizeof item.version, "%s", m->version);
    bool noted = rh_signer_read(request->root, &item, in->result->sha256, &before);
    snprintf(signer.key_id, sizeof signer.key_id, "%s", in->result->key_id);
    snprintf(signer.about, sizeof signer.about, "%s", in->result->key_about);
    snprintf(signer.comment, sizeof signer.comment, "%.*s", (int)sizeof signer.comment - 1,
             in->key != NULL ? in->signature.trusted_comment : "");
    memcpy(signer.sha256, in->result->sha256, sizeof signer.sha256);
    RH_TRY(rh_installed_add(request->root, &in->bundle, m, request->allow_downgrade,
                            &in->result->already, in->error));
    if (in->result->already && noted && signer.key_id[0] == '\0') return RH_OK;
    rh_status status = rh_signer_write(request->root, m->name, m->version, &signer, in->error);
    if (status == RH_OK || in->result->already) return status;
    char spec[2 * RH_NAME_MAX + 2];
    snprintf(spec, sizeof spec, "%s@%s", m->name, m->version);
    (void)rh_installed_remove(request->root, spec, &item, NULL);    /* all of it or nothing */
    return status;
}

static rh_status install(install_state *in)
{
    const rh_install_request *request = in->request;
    rh_policy *policy = NULL;
    if (rh_file_is_folder(request->path))
        return rh_fail(in->error, RH_INPUT, "%s: found a folder, expected an archive (rehedge pack "
                       "makes it)", request->path);
    RH_TRY(rh_file_read(request->path, RH_BUNDLE_ARCHIVE_BYTES_MAX, &in->bytes, &in->length,
                        in->error));
    if (request->signatures != RH_SIGNATURES_OFF) RH_TRY(verify(in));
    RH_TRY(rh_bundle_read_archive(request->path, in->bytes, in->length, &in->bundle, in->error));
    RH_TRY(rh_manifest_read(&in->bundle, true, &in->result->manifest, in->error));
    RH_TRY(check_binding(in));
    RH_TRY(rh_bundle_check(&in->bundle, true, &policy, &in->result->manifest, in->error));
    memcpy(in->result->sha256, policy->sha256, RH_SHA256_HEX);
    rh_policy_free(policy);
    return add_with_signer(in);
}

rh_status rh_install(const rh_install_request *request, rh_install_result *result, rh_error *error)
{
    install_state *in = calloc(1, sizeof *in);
    memset(result, 0, sizeof *result);
    if (in == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory to install a policy");
    in->request = request;
    in->result = result;
    in->error = error;
    rh_status status = install(in);
    rh_bundle_free(&in->bundle);
    rh_keystore_free(in->store);
    free(in->bytes);
    free(in->signature_text);
    free(in);
    return status;
}
