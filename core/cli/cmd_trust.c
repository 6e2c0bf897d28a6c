/* `rehedge trust`: let a key publish policies under some names, in the person's key store; and the
 * list of the keys in it. Only this command writes the store. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "host/installed.h"
#include "host/keyfile.h"
#include "host/keystore.h"

enum { NAMES_MAX = 64 };

static rh_status store_path(char out[RH_PATH_MAX], rh_error *error)
{
    RH_TRY(rh_config_folder(out, error));
    size_t length = strlen(out);
    snprintf(out + length, RH_PATH_MAX - length, "/keys.json");
    return RH_OK;
}

static void print_key(const rh_keystore *store, size_t index)
{
    char id[RH_KEY_ID_TEXT], text[RH_KEY_TEXT], about[256];
    rh_buffer names = {0};
    const char *said = rh_keystore_about(store, index);
    rh_key_id_text(rh_keystore_key(store, index)->id, id);
    rh_public_key_text(rh_keystore_key(store, index), text);
    rh_keystore_names(store, index, &names);
    rh_text_escape(about, sizeof about, said, strlen(said));
    printf("%s %s may publish %s%s%s\n", id, text, names.length > 0 ? names.bytes : "nothing",
           about[0] != '\0' ? "  # " : "", about);
    rh_buffer_free(&names);
}

static rh_status list(rh_error *error)
{
    char path[RH_PATH_MAX];
    rh_keystore *store = NULL;
    RH_TRY(store_path(path, error));
    RH_TRY(rh_keystore_read(path, &store, error));
    for (size_t i = 0; i < rh_keystore_count(store); i++) print_key(store, i);
    rh_keystore_free(store);
    return RH_OK;
}

static rh_status add(const char *const *operands, int count, const char *about, rh_error *error)
{
    char path[RH_PATH_MAX], id[RH_KEY_ID_TEXT];
    rh_public_key key;
    RH_TRY(store_path(path, error));
    RH_TRY(rh_keyfile_public(operands[0], &key, error));
    RH_TRY(rh_keystore_add(path, &key, operands + 1, (size_t)(count - 1), about, error));
    rh_key_id_text(key.id, id);
    printf("key %s may publish", id);
    for (int i = 1; i < count; i++) printf(" %s", operands[i]);
    printf(" (%s)\n", path);
    return RH_OK;
}

int rh_cmd_trust(int argc, char **argv)
{
    const char *operands[NAMES_MAX + 1] = {NULL}, *about = "";
    bool show = false;
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"--about", "TEXT", "whose key it is, for you to read later", &about, NULL, NULL},
        {"--list", NULL, "print the keys and what they may publish", NULL, &show, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "trust KEY NAME... [--about TEXT]\ntrust --list",
                              "Let a public key (a file of minisign or rehedge, or its text) "
                              "publish policies of these names. A name may end in '*'.",
                              "rehedge trust acme.pub vol-band 'acme-*'", operands, NAMES_MAX + 1,
                              &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (show && count > 0) return rh_cli_usage("trust --list takes no key");
    if (!show && count < 2)
        return rh_cli_usage("trust needs a key and the names it may publish: rehedge trust "
                            "acme.pub vol-band");
    rh_status done = show ? list(&error) : add(operands, count, about, &error);
    return done == RH_OK ? 0 : rh_cli_fail(&error);
}
