/* The notes of who signed what, ROOT.signers/NAME@VERSION.json. Must not decide anything.
 * Invariant: a damaged or foreign note reads as none. */
#include "host/signer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/file.h"
#include "data/json.h"

enum { NOTE_BYTES_MAX = 16384 };

static bool note_path(const char *root, const char *name, const char *version,
                      char out[RH_PATH_MAX])
{
    int length = snprintf(out, RH_PATH_MAX, "%s.signers/%s@%s.json", root, name, version);
    return length > 0 && length < RH_PATH_MAX;
}

void rh_signer_remove(const char *root, const char *name, const char *version)
{
    char path[RH_PATH_MAX];
    if (note_path(root, name, version, path)) unlink(path);
}

static void put_note(rh_buffer *out, const rh_signer *signer)
{
    rh_json_writer writer = {.out = out, .pretty = true};
    rh_json_open(&writer, NULL, '{');
    rh_json_put_text(&writer, "key", signer->key_id);
    rh_json_put_text(&writer, "about", signer->about);
    rh_json_put_text(&writer, "comment", signer->comment);
    rh_json_put_text(&writer, "sha256", signer->sha256);
    rh_json_close(&writer, '}');
    rh_buffer_text(out, "\n");
}

rh_status rh_signer_write(const char *root, const char *name, const char *version,
                          const rh_signer *signer, rh_error *error)
{
    char path[RH_PATH_MAX], folder[RH_PATH_MAX];
    rh_buffer text = {0};
    rh_file_out *out = NULL;
    rh_signer_remove(root, name, version);
    if (signer->key_id[0] == '\0') return RH_OK;
    int length = snprintf(folder, sizeof folder, "%s.signers", root);
    if (length >= (int)sizeof folder || !note_path(root, name, version, path))
        return rh_fail(error, RH_INPUT, "%s: the path is too long", root);
    RH_TRY(rh_make_directories(folder, error));
    put_note(&text, signer);
    rh_status status = text.failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a note")
                                   : rh_file_out_open(path, &out, error);
    if (status == RH_OK) {
        rh_file_out_write(out, text.bytes, text.length);
        status = rh_file_out_commit(out, error);
    }
    rh_buffer_free(&text);
    return status;
}

static rh_status take(rh_json root, const char *key, char *out, size_t capacity)
{
    const char *text = "";
    RH_TRY(rh_json_text(root, key, RH_REQUIRED, &text, NULL));
    if (strlen(text) >= capacity) return RH_INPUT;
    memcpy(out, text, strlen(text) + 1);
    return RH_OK;
}

static rh_status take_all(rh_json root, rh_signer *signer)
{
    RH_TRY(take(root, "key", signer->key_id, sizeof signer->key_id));
    RH_TRY(take(root, "about", signer->about, sizeof signer->about));
    RH_TRY(take(root, "comment", signer->comment, sizeof signer->comment));
    return take(root, "sha256", signer->sha256, sizeof signer->sha256);
}

bool rh_signer_read(const char *root, const rh_installed *item, const char *sha256,
                    rh_signer *signer)
{
    char path[RH_PATH_MAX];
    rh_json_doc *doc = NULL;
    rh_error ignored;
    memset(signer, 0, sizeof *signer);
    if (!note_path(root, item->name, item->version, path) || !rh_file_exists(path)) return false;
    bool good = rh_json_read(path, NOTE_BYTES_MAX, &doc, &ignored) == RH_OK &&
                take_all(rh_json_root(doc), signer) == RH_OK &&
                strcmp(signer->sha256, sha256) == 0 && signer->key_id[0] != '\0';
    rh_json_free(doc);
    if (!good) memset(signer, 0, sizeof *signer);
    return good;
}
