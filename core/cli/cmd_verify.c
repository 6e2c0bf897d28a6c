/* `rehedge verify`: is this archive whole, signed by this key, and what its signature says it is?
 * Writes nothing. The signature is checked before the archive is parsed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "data/file.h"
#include "host/installed.h"
#include "host/keyfile.h"
#include "host/signed.h"

typedef struct verify_arguments { const char *file, *key, *signature; } verify_arguments;

/* The key named, or the one in the key store that the signature is by. */
static rh_status find_key(const verify_arguments *given, const rh_signature *signature,
                          rh_public_key *key, rh_error *error)
{
    char path[RH_PATH_MAX], id[RH_KEY_ID_TEXT];
    rh_keystore *store = NULL;
    if (given->key != NULL) return rh_keyfile_public(given->key, key, error);
    RH_TRY(rh_config_folder(path, error));
    size_t length = strlen(path);
    snprintf(path + length, sizeof path - length, "/keys.json");
    RH_TRY(rh_keystore_read(path, &store, error));
    const rh_public_key *found = rh_keystore_find(store, signature->id);
    if (found != NULL) *key = *found;
    rh_keystore_free(store);
    if (found != NULL) return RH_OK;
    rh_key_id_text(signature->id, id);
    return rh_fail(error, RH_INPUT, "the signature is by key %s, which is not in the key store (to "
                   "name a key: -p KEYFILE)", id);
}

static rh_status check_bundle(const char *path, const char *bytes, size_t length,
                              const char *label, const rh_signature *signature, rh_error *error)
{
    rh_bundle bundle;
    rh_manifest manifest;
    rh_policy *policy = NULL;
    rh_error why = {RH_OK, ""};
    char comment[512];
    RH_TRY(rh_bundle_read_archive(path, bytes, length, &bundle, error));
    rh_status status = rh_bundle_check(&bundle, true, &policy, &manifest, error);
    rh_bundle_free(&bundle);
    RH_TRY(status);
    status = rh_binding_check(label, signature->trusted_comment, &manifest, &why);
    if (status == RH_INPUT) {
        rh_policy_free(policy);
        return rh_fail(error, RH_INPUT, "%s", why.message);
    }
    rh_text_escape(comment, sizeof comment, signature->trusted_comment,
                   strlen(signature->trusted_comment));
    printf("good: %s@%s, %s\nsha256 of the policy: %s\ntrusted comment: %s\n", manifest.name,
           manifest.version, policy->license[0] != '\0' ? policy->license : "no license",
           policy->sha256, comment);
    if (status == RH_NOT_FOUND)
        printf("note: the signature binds no name and version; install --signatures enforce "
               "refuses it\n");
    rh_policy_free(policy);
    return RH_OK;
}

static rh_status verify_bytes(const verify_arguments *given, const char *bytes, size_t length,
                              rh_error *error)
{
    char path[RH_PATH_MAX + 16], id[RH_KEY_ID_TEXT], *text = NULL;
    size_t text_length = 0;
    rh_signature signature;
    rh_public_key key;
    snprintf(path, sizeof path, "%s.minisig", given->file);
    const char *label = given->signature != NULL ? given->signature : path;
    RH_TRY(rh_file_read(label, RH_SIGNATURE_BYTES_MAX, &text, &text_length, error));
    rh_status status = rh_signature_parse(label, text, text_length, &signature, error);
    free(text);
    RH_TRY(status);
    RH_TRY(find_key(given, &signature, &key, error));
    RH_TRY(rh_verify(label, &key, &signature, bytes, length, error));
    RH_TRY(check_bundle(given->file, bytes, length, label, &signature, error));
    rh_key_id_text(key.id, id);
    printf("signed by key %s\n", id);
    return RH_OK;
}

static rh_status verify(const verify_arguments *given, rh_error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    RH_TRY(rh_file_read(given->file, RH_BUNDLE_ARCHIVE_BYTES_MAX, &bytes, &length, error));
    rh_status status = verify_bytes(given, bytes, length, error);
    free(bytes);
    return status;
}

int rh_cmd_verify(int argc, char **argv)
{
    verify_arguments given = {NULL, NULL, NULL};
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"-p", "KEY", "the public key: a file, or its text; one of the key store by default",
         &given.key, NULL, NULL},
        {"-x", "FILE", "the signature; ARCHIVE.minisig by default", &given.signature, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "verify ARCHIVE [-p KEY] [-x FILE]",
                              "Verify the signature of an archive, that the archive is whole, and "
                              "that both name the same policy. Installs nothing.",
                              "rehedge verify vol-band-1.0.0.tar -p acme.pub", &given.file, 1,
                              &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count == 0) return rh_cli_usage("verify needs an archive: rehedge verify FILE -p KEY");
    return verify(&given, &error) == RH_OK ? 0 : rh_cli_fail(&error);
}
