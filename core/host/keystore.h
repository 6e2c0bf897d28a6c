/* Which key may publish which names: keys.json in the user's configuration folder.
 *   {"keys": [{"key": "RW...", "names": ["my-policy", "acme-*"], "about": "Acme Ltd."}]}
 * A name may end in '*', which stands for any rest. Nobody but the person writes this file. */
#ifndef RH_HOST_KEYSTORE_H
#define RH_HOST_KEYSTORE_H

#include "host/minisign.h"

typedef struct rh_keystore rh_keystore;

/* A missing file is an empty store. */
rh_status rh_keystore_read(const char *path, rh_keystore **store, rh_error *error);
void rh_keystore_free(rh_keystore *store);
size_t rh_keystore_count(const rh_keystore *store);
const rh_public_key *rh_keystore_key(const rh_keystore *store, size_t index);
const char *rh_keystore_about(const rh_keystore *store, size_t index);
/* The names of a key as one text, "a, b-*". */
void rh_keystore_names(const rh_keystore *store, size_t index, rh_buffer *out);

/* The key with this id, or NULL. */
const rh_public_key *rh_keystore_find(const rh_keystore *store, const unsigned char id[8]);
bool rh_keystore_may(const rh_keystore *store, const rh_public_key *key, const char *name);
/* A name pattern: a valid policy name, or the beginning of one and '*'. */
bool rh_keystore_pattern_valid(const char *pattern);
/* Let `key` publish `names` (added to what it may publish already), and write the file. RH_INPUT:
 * another key has the same id. */
rh_status rh_keystore_add(const char *path, const rh_public_key *key, const char *const *names,
                          size_t count, const char *about, rh_error *error);

#endif
