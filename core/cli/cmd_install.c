/* `rehedge install`: a verified archive into the user's policy folder, whole or not at all; and the
 * list of what is installed. Nothing of a policy but its declaration is run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/installed.h"
#include "host/installed.h"
#include "host/keyfile.h"
#include "host/signed.h"

typedef struct install_arguments {
    const char *file, *signatures, *key, *signature;
    bool allow_downgrade, list;
} install_arguments;

static rh_status choose(const char *word, rh_signatures *out, rh_error *error)
{
    *out = RH_SIGNATURES_ENFORCE;
    if (word == NULL) return RH_OK;
    for (int i = 0; rh_signatures_words[i] != NULL; i++)
        if (strcmp(rh_signatures_words[i], word) == 0) {
            *out = (rh_signatures)i;
            return RH_OK;
        }
    return rh_fail(error, RH_USAGE, "--signatures: found \"%.40s\", expected off, warn or enforce",
                   word);
}

static void say_installed(const rh_install_result *result, const char *root)
{
    char warning[RH_ERROR_MESSAGE_MAX], about[512];
    const rh_manifest *m = &result->manifest;
    rh_text_escape(about, sizeof about, result->key_about, strlen(result->key_about));
    if (result->warning[0] != '\0') {
        rh_text_escape(warning, sizeof warning, result->warning, strlen(result->warning));
        fprintf(stderr, "rehedge: warning: %s\n", warning);
    }
    printf("%s %s@%s in %s/%s/%s\n", result->already ? "was there:" : "installed:", m->name,
           m->version, root, m->name, m->version);
    printf("signature: %s%s%s%s%s\n", result->key_id[0] != '\0' ? "good, by key " : "none verified",
           result->key_id, about[0] != '\0' ? " (" : "", about, about[0] != '\0' ? ")" : "");
    printf("name it in a scenario: \"%s@%s#%s\"\n", m->name, m->version, result->sha256);
}

static rh_status install(const install_arguments *given, rh_error *error)
{
    char root[RH_PATH_MAX], store[RH_PATH_MAX];
    rh_public_key key;
    rh_install_request request = {.path = given->file, .signature_path = given->signature,
                                  .root = root, .keystore_path = store,
                                  .allow_downgrade = given->allow_downgrade};
    RH_TRY(choose(given->signatures, &request.signatures, error));
    RH_TRY(rh_installed_root(root, error));
    RH_TRY(rh_config_folder(store, error));
    size_t length = strlen(store);
    snprintf(store + length, sizeof store - length, "/keys.json");
    if (given->key != NULL) {
        RH_TRY(rh_keyfile_public(given->key, &key, error));
        request.key = &key;
    }
    rh_install_result *result = malloc(sizeof *result);
    if (result == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory to install a policy");
    rh_status status = rh_install(&request, result, error);
    if (status == RH_OK) say_installed(result, root);
    free(result);
    return status;
}

int rh_cmd_install(int argc, char **argv)
{
    install_arguments given = {NULL, NULL, NULL, NULL, false, false};
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"--signatures", "WORD", "enforce (default): the signature must be good, by a key that may "
         "publish this name, and name this version; warn: a missing signature or an unknown key is "
         "only reported; off: signatures are not looked at", &given.signatures, NULL, NULL},
        {"-p", "KEY", "verify with this public key (a file, or its text) and not those of the key "
         "store", &given.key, NULL, NULL},
        {"-x", "FILE", "the signature; ARCHIVE.minisig by default", &given.signature, NULL, NULL},
        {"--allow-downgrade", NULL, "install though a newer version is installed", NULL,
         &given.allow_downgrade, NULL},
        {"--list", NULL, "print what is installed", NULL, &given.list, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "install ARCHIVE [options]\ninstall --list",
                              "Verify an archive and put its policy into your policy folder, where "
                              "scenarios and --policy find it by name. It always runs strict.",
                              "rehedge install vol-band-1.0.0.tar", &given.file, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (given.list && count > 0) return rh_cli_usage("install --list takes no archive");
    if (!given.list && count == 0)
        return rh_cli_usage("install needs an archive: rehedge install my-policy-1.0.0.tar");
    rh_status done = given.list ? rh_cli_list_installed(false, &error) : install(&given, &error);
    return done == RH_OK ? 0 : rh_cli_fail(&error);
}
