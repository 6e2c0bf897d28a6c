/* The key store: read strictly, asked by key and name, added to as one atomic write.
 * Must not verify signatures. Invariant: no two keys of a store share an id, so a signature leads
 * to one key or none. */
#include "host/keystore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/file.h"
#include "data/json.h"
#include "host/version.h"

enum { KEYS_MAX = 1024, NAMES_MAX = 256 };

typedef struct stored_key {
    rh_public_key key;
    char about[256];
    char (*names)[RH_NAME_MAX];
    size_t count;
} stored_key;

struct rh_keystore { stored_key *keys; size_t count; };

void rh_keystore_free(rh_keystore *store)
{
    if (store == NULL) return;
    for (size_t i = 0; i < store->count; i++) free(store->keys[i].names);
    free(store->keys);
    free(store);
}

bool rh_keystore_pattern_valid(const char *pattern)
{
    char name[RH_NAME_MAX];
    size_t length = strlen(pattern);
    if (strcmp(pattern, "*") == 0) return true;
    if (length == 0 || length >= sizeof name) return false;
    memcpy(name, pattern, length + 1);
    if (name[length - 1] == '*') name[length - 1] = '\0';
    return rh_policy_name_valid(name);
}

static bool matches(const char *pattern, const char *name)
{
    size_t length = strlen(pattern);
    if (pattern[length - 1] == '*') return strncmp(pattern, name, length - 1) == 0;
    return strcmp(pattern, name) == 0;
}

/* --- reading ------------------------------------------------------------------------------- */

static rh_status read_names(rh_json at, stored_key *stored, rh_error *error)
{
    rh_json names;
    RH_TRY(rh_json_get(at, "names", RH_REQUIRED, &names, error));
    if (rh_json_kind(names) != RH_JSON_ARRAY || rh_json_count(names) > NAMES_MAX)
        return rh_json_expect(names, error, "a list of at most 256 names");
    stored->names = calloc(rh_json_count(names) + 1, sizeof *stored->names);
    if (stored->names == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for the key store");
    for (size_t i = 0; i < rh_json_count(names); i++) {
        const char *name = NULL;
        RH_TRY(rh_json_as_text(rh_json_at(names, i), &name, error));
        if (!rh_keystore_pattern_valid(name))
            return rh_json_expect(rh_json_at(names, i), error, "a policy's name, or its beginning "
                                  "and '*'");
        memcpy(stored->names[stored->count++], name, strlen(name) + 1);
    }
    return RH_OK;
}

static rh_status read_key(const char *path, rh_json at, rh_keystore *store, rh_error *error)
{
    static const char *const keys[] = {"key", "names", "about", NULL};
    const char *text = NULL, *about = "";
    char id[RH_KEY_ID_TEXT];
    stored_key *stored = &store->keys[store->count];
    RH_TRY(rh_json_keys(at, keys, error));
    RH_TRY(rh_json_text(at, "key", RH_REQUIRED, &text, error));
    RH_TRY(rh_json_text(at, "about", RH_OPTIONAL, &about, error));
    RH_TRY(rh_public_key_parse(path, text, strlen(text), &stored->key, error));
    if (rh_keystore_find(store, stored->key.id) != NULL) {
        rh_key_id_text(stored->key.id, id);
        return rh_json_fail(at, error, "found a second key with the id %s", id);
    }
    snprintf(stored->about, sizeof stored->about, "%s", about);
    store->count++;     /* from here on freed with the store */
    return read_names(at, stored, error);
}

static rh_status read_root(const char *path, rh_json root, rh_keystore *store, rh_error *error)
{
    static const char *const keys[] = {"keys", NULL};
    rh_json list;
    RH_TRY(rh_json_keys(root, keys, error));
    RH_TRY(rh_json_get(root, "keys", RH_REQUIRED, &list, error));
    if (rh_json_kind(list) != RH_JSON_ARRAY || rh_json_count(list) > KEYS_MAX)
        return rh_json_expect(list, error, "a list of at most 1024 keys");
    store->keys = calloc(rh_json_count(list) + 1, sizeof *store->keys);
    if (store->keys == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for the key store");
    for (size_t i = 0; i < rh_json_count(list); i++)
        RH_TRY(read_key(path, rh_json_at(list, i), store, error));
    return RH_OK;
}

rh_status rh_keystore_read(const char *path, rh_keystore **out, rh_error *error)
{
    rh_json_doc *doc = NULL;
    rh_keystore *store = calloc(1, sizeof *store);
    if (store == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for the key store");
    rh_status status = RH_OK;
    if (rh_file_exists(path)) {
        status = rh_json_read(path, RH_KEYSTORE_BYTES_MAX, &doc, error);
        if (status == RH_OK) status = read_root(path, rh_json_root(doc), store, error);
        rh_json_free(doc);
    }
    if (status != RH_OK) {
        rh_keystore_free(store);
        return status;
    }
    *out = store;
    return RH_OK;
}

/* --- asking -------------------------------------------------------------------------------- */

size_t rh_keystore_count(const rh_keystore *store)
{
    return store->count;
}

const rh_public_key *rh_keystore_key(const rh_keystore *store, size_t index)
{
    return &store->keys[index].key;
}

const char *rh_keystore_about(const rh_keystore *store, size_t index)
{
    return store->keys[index].about;
}

void rh_keystore_names(const rh_keystore *store, size_t index, rh_buffer *out)
{
    for (size_t i = 0; i < store->keys[index].count; i++)
        rh_buffer_printf(out, "%s%s", i > 0 ? ", " : "", store->keys[index].names[i]);
}

static const stored_key *find(const rh_keystore *store, const unsigned char id[8])
{
    for (size_t i = 0; i < store->count; i++)
        if (memcmp(store->keys[i].key.id, id, 8) == 0) return &store->keys[i];
    return NULL;
}

const rh_public_key *rh_keystore_find(const rh_keystore *store, const unsigned char id[8])
{
    const stored_key *stored = find(store, id);
    return stored != NULL ? &stored->key : NULL;
}

bool rh_keystore_may(const rh_keystore *store, const rh_public_key *key, const char *name)
{
    const stored_key *stored = find(store, key->id);
    if (stored == NULL || memcmp(stored->key.key, key->key, sizeof key->key) != 0) return false;
    for (size_t i = 0; i < stored->count; i++)
        if (matches(stored->names[i], name)) return true;
    return false;
}

/* --- adding -------------------------------------------------------------------------------- */

static bool has_name(const stored_key *stored, const char *name)
{
    for (size_t i = 0; stored != NULL && i < stored->count; i++)
        if (strcmp(stored->names[i], name) == 0) return true;
    return false;
}

static void put_key(rh_json_writer *writer, const rh_public_key *key, const stored_key *stored,
                    const char *const *names, size_t count, const char *about)
{
    char text[RH_KEY_TEXT];
    rh_public_key_text(key, text);
    rh_json_open(writer, NULL, '{');
    rh_json_put_text(writer, "key", text);
    rh_json_open(writer, "names", '[');
    for (size_t i = 0; stored != NULL && i < stored->count; i++)
        rh_json_put_text(writer, NULL, stored->names[i]);
    for (size_t i = 0; i < count; i++)
        if (!has_name(stored, names[i])) rh_json_put_text(writer, NULL, names[i]);
    rh_json_close(writer, ']');
    if (about[0] != '\0') rh_json_put_text(writer, "about", about);
    rh_json_close(writer, '}');
}

static void put_store(const rh_keystore *store, const rh_public_key *key,
                      const char *const *names, size_t count, const char *about, rh_buffer *out)
{
    rh_json_writer writer = {.out = out, .pretty = true};
    bool added = false;
    rh_json_open(&writer, NULL, '{');
    rh_json_open(&writer, "keys", '[');
    for (size_t i = 0; i < store->count; i++) {
        const stored_key *stored = &store->keys[i];
        bool same = memcmp(stored->key.id, key->id, 8) == 0;
        const char *shown = same && about[0] != '\0' ? about : stored->about;
        put_key(&writer, &stored->key, stored, names, same ? count : 0, shown);
        added = added || same;
    }
    if (!added) put_key(&writer, key, NULL, names, count, about);
    rh_json_close(&writer, ']');
    rh_json_close(&writer, '}');
    rh_buffer_text(out, "\n");
}

static rh_status write_store(const char *path, const rh_buffer *text, rh_error *error)
{
    char folder[RH_PATH_MAX];
    rh_file_out *out = NULL;
    const char *slash = strrchr(path, '/');
    if (slash != NULL && slash != path) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        RH_TRY(rh_make_directories(folder, error));
    }
    RH_TRY(rh_file_out_open(path, &out, error));
    rh_file_out_write(out, text->bytes, text->length);
    return rh_file_out_commit(out, error);
}

rh_status rh_keystore_add(const char *path, const rh_public_key *key, const char *const *names,
                          size_t count, const char *about, rh_error *error)
{
    rh_keystore *store = NULL;
    rh_buffer out = {0};
    for (size_t i = 0; i < count; i++)
        if (!rh_keystore_pattern_valid(names[i]))
            return rh_fail(error, RH_INPUT, "\"%.80s\": expected a policy's name, or its beginning "
                           "and '*'", names[i]);
    RH_TRY(rh_keystore_read(path, &store, error));
    const rh_public_key *present = rh_keystore_find(store, key->id);
    rh_status status = RH_OK;
    if (present != NULL && memcmp(present->key, key->key, sizeof key->key) != 0) {
        status = rh_fail(error, RH_INPUT, "%s has another key with the same id", path);
    } else {
        put_store(store, key, names, count, about, &out);
        status = out.failed ? rh_fail(error, RH_NO_MEMORY, "no memory for the key store")
                            : write_store(path, &out, error);
    }
    rh_buffer_free(&out);
    rh_keystore_free(store);
    return status;
}
