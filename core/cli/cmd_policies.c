/* `rehedge policies`: what can be named without a path: shipped policies, then installed ones with
 * the hash that a scenario pins. A damaged one is listed as such, and does not hide the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/installed.h"
#include "data/json.h"
#include "host/installed.h"
#include "host/signer.h"

/* The hash of one version, or why it cannot be used. */
static bool hash_of(const char *root, const rh_installed *item, char sha256[RH_SHA256_HEX],
                    rh_error *why)
{
    char spec[2 * RH_NAME_MAX + 2];
    rh_policy_source source;
    snprintf(spec, sizeof spec, "%s@%s", item->name, item->version);
    if (rh_installed_source(root, spec, &source, why) != RH_OK) return false;
    snprintf(sha256, RH_SHA256_HEX, "%s", source.sha256);
    rh_policy_source_free(&source);
    return true;
}

/* What the key store said of the key, else what the signature says itself. */
static void print_signer(const char *root, const rh_installed *item, const char *sha256)
{
    char shown[512];
    rh_signer signer;
    if (!rh_signer_read(root, item, sha256, &signer)) {
        printf("    no signature was verified\n");
        return;
    }
    const char *text = signer.about[0] != '\0' ? signer.about : signer.comment;
    rh_text_escape(shown, sizeof shown, text, strlen(text));
    printf("    signed by %s (%s)\n", signer.key_id, shown);
}

static void put_signer(rh_json_writer *writer, const char *root, const rh_installed *item,
                       const char *sha256)
{
    rh_signer signer;
    if (!rh_signer_read(root, item, sha256, &signer)) return;
    rh_json_open(writer, "signed_by", '{');
    rh_json_put_text(writer, "key", signer.key_id);
    rh_json_put_text(writer, "about", signer.about);
    rh_json_put_text(writer, "comment", signer.comment);
    rh_json_close(writer, '}');
}

static void print_item(const char *root, const rh_installed *item)
{
    char sha256[RH_SHA256_HEX];
    rh_error why = {RH_OK, ""};
    if (hash_of(root, item, sha256, &why)) {
        printf("%s@%s#%s\n", item->name, item->version, sha256);
        print_signer(root, item, sha256);
    } else {
        printf("%s@%s  damaged: %s\n", item->name, item->version, why.message);
    }
}

static void put_item(rh_json_writer *writer, const char *root, const rh_installed *item)
{
    char sha256[RH_SHA256_HEX];
    rh_error why = {RH_OK, ""};
    rh_json_open(writer, NULL, '{');
    rh_json_put_text(writer, "name", item->name);
    rh_json_put_text(writer, "version", item->version);
    bool good = hash_of(root, item, sha256, &why);
    rh_json_put_text(writer, good ? "sha256" : "damaged", good ? sha256 : why.message);
    if (good) put_signer(writer, root, item, sha256);
    rh_json_close(writer, '}');
}

static rh_status print_json(const char *root, const rh_installed *items, size_t count,
                            rh_error *error)
{
    rh_buffer out = {0};
    rh_json_writer writer = {.out = &out, .pretty = true};
    rh_json_open(&writer, NULL, '[');
    for (size_t i = 0; i < count; i++) put_item(&writer, root, &items[i]);
    rh_json_close(&writer, ']');
    rh_status status = out.failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a list") : RH_OK;
    if (status == RH_OK) printf("%s\n", out.bytes);
    rh_buffer_free(&out);
    return status;
}

rh_status rh_cli_list_installed(bool json, rh_error *error)
{
    char root[RH_PATH_MAX];
    rh_installed *items = NULL;
    size_t count = 0;
    RH_TRY(rh_installed_root(root, error));
    RH_TRY(rh_installed_list(root, &items, &count, error));
    rh_status status = RH_OK;
    if (json)
        status = print_json(root, items, count, error);
    for (size_t i = 0; !json && i < count; i++) print_item(root, &items[i]);
    free(items);
    return status;
}

int rh_cmd_policies(int argc, char **argv)
{
    bool json = false;
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"--json", NULL, "the installed ones as JSON", NULL, &json, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "policies [--json]",
                              "List the policies that can be named without a path: the shipped "
                              "ones, and those that rehedge install put into your policy folder.",
                              "rehedge policies", NULL, 0, &count);
    if (status != 0) return status < 0 ? 0 : status;
    for (const rh_shipped_script *row = rh_shipped_scripts; !json && row->name != NULL; row++)
        printf("%s\n", row->name);
    return rh_cli_list_installed(json, &error) == RH_OK ? 0 : rh_cli_fail(&error);
}
