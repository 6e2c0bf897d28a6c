/* `rehedge sign`: sign an archive in minisign's format, name and version in its trusted comment;
 * and make a pair of keys. The signature depends on nothing but the archive and the key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/passphrase.h"
#include "data/file.h"
#include "host/installed.h"
#include "host/keyfile.h"
#include "host/signed.h"

typedef struct sign_arguments {
    const char *file, *secret, *public_key, *out;
    bool generate, no_passphrase;
} sign_arguments;

static rh_status default_path(const char *name, char out[RH_PATH_MAX], rh_error *error)
{
    RH_TRY(rh_config_folder(out, error));
    size_t length = strlen(out);
    snprintf(out + length, RH_PATH_MAX - length, "/%s", name);
    return RH_OK;
}

static rh_status generate(const sign_arguments *given, rh_error *error)
{
    char secret[RH_PATH_MAX], public_key[RH_PATH_MAX], passphrase[RH_PASSPHRASE_MAX] = "";
    char text[RH_KEY_TEXT], id[RH_KEY_ID_TEXT];
    rh_public_key key;
    RH_TRY(default_path("rehedge.key", secret, error));
    RH_TRY(default_path("rehedge.pub", public_key, error));
    const char *secret_path = given->secret != NULL ? given->secret : secret;
    const char *public_path = given->public_key != NULL ? given->public_key : public_key;
    rh_status status = RH_OK;
    if (!given->no_passphrase) status = rh_cli_new_passphrase(passphrase, error);
    if (status == RH_OK)
        status = rh_keyfile_generate(secret_path, public_path,
                                     given->no_passphrase ? NULL : passphrase, &key, error);
    rh_wipe(passphrase, sizeof passphrase);
    RH_TRY(status);
    rh_public_key_text(&key, text);
    rh_key_id_text(key.id, id);
    printf("secret key: %s (keep it)\npublic key: %s (give it away)\nkey %s: %s\n", secret_path,
           public_path, id, text);
    return RH_OK;
}

static rh_status write_signature(const char *path, const rh_buffer *text, rh_error *error)
{
    rh_file_out *out = NULL;
    RH_TRY(rh_file_out_open(path, &out, error));
    rh_file_out_write(out, text->bytes, text->length);
    return rh_file_out_commit(out, error);
}

/* The archive must be one that can be installed, or its signature would mean nothing. */
static rh_status read_manifest(const char *path, const char *bytes, size_t length,
                               rh_manifest *manifest, rh_error *error)
{
    rh_bundle bundle;
    rh_policy *policy = NULL;
    RH_TRY(rh_bundle_read_archive(path, bytes, length, &bundle, error));
    rh_status status = rh_bundle_check(&bundle, true, &policy, manifest, error);
    rh_policy_free(policy);
    rh_bundle_free(&bundle);
    return status;
}

static rh_status sign_bytes(const sign_arguments *given, const char *bytes, size_t length,
                            rh_error *error)
{
    char secret[RH_PATH_MAX], path[RH_PATH_MAX + 16], comment[RH_NAME_MAX * 2 + 64];
    char id[RH_KEY_ID_TEXT];
    rh_manifest manifest;
    rh_secret_key key;
    rh_buffer text = {0};
    RH_TRY(read_manifest(given->file, bytes, length, &manifest, error));
    RH_TRY(default_path("rehedge.key", secret, error));
    RH_TRY(rh_keyfile_secret(given->secret != NULL ? given->secret : secret, &rh_cli_asker, &key,
                             error));
    rh_binding_text(&manifest, comment);
    rh_status status = rh_sign(&key, bytes, length, comment, &text, error);
    rh_key_id_text(key.id, id);
    rh_secret_key_wipe(&key);
    snprintf(path, sizeof path, "%s.minisig", given->file);
    const char *out = given->out != NULL ? given->out : path;
    if (status == RH_OK) status = write_signature(out, &text, error);
    if (status == RH_OK) printf("%s: %s by key %s\n", out, comment, id);
    rh_buffer_free(&text);
    return status;
}

static rh_status sign(const sign_arguments *given, rh_error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    RH_TRY(rh_file_read(given->file, RH_BUNDLE_ARCHIVE_BYTES_MAX, &bytes, &length, error));
    rh_status status = sign_bytes(given, bytes, length, error);
    free(bytes);
    return status;
}

int rh_cmd_sign(int argc, char **argv)
{
    sign_arguments given = {NULL, NULL, NULL, NULL, false, false};
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"-s", "KEYFILE", "the secret key; rehedge.key in the configuration folder by default",
         &given.secret, NULL, NULL},
        {"-x", "FILE", "the signature to write; ARCHIVE.minisig by default", &given.out, NULL,
         NULL},
        {"--generate", NULL, "make a pair of keys instead of signing; existing keys are never "
         "replaced", NULL, &given.generate, NULL},
        {"-p", "KEYFILE", "with --generate: the public key to write", &given.public_key, NULL,
         NULL},
        {"--no-passphrase", NULL, "with --generate: do not encrypt the secret key", NULL,
         &given.no_passphrase, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options,
                              "sign ARCHIVE [-s KEYFILE] [-x FILE]\n"
                              "sign --generate [-s KEYFILE] [-p KEYFILE] [--no-passphrase]",
                              "Sign an archive of rehedge pack so that minisign -V and rehedge "
                              "install can verify it. Keys are minisign's. The passphrase is asked "
                              "for on the terminal, or read as one line of standard input.",
                              "rehedge sign vol-band-1.0.0.tar", &given.file, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (given.generate && count > 0) return rh_cli_usage("sign --generate takes no archive");
    if (!given.generate && count == 0)
        return rh_cli_usage("sign needs an archive: rehedge sign my-policy-1.0.0.tar");
    if (!given.generate && (given.no_passphrase || given.public_key != NULL))
        return rh_cli_usage("-p and --no-passphrase go with --generate");
    rh_status done = given.generate ? generate(&given, &error) : sign(&given, &error);
    return done == RH_OK ? 0 : rh_cli_fail(&error);
}
