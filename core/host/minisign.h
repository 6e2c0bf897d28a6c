/* Signatures and keys in minisign's format (jedisct1.github.io/minisign): Ed25519 over BLAKE2b-512
 * of the file, and a global signature that covers the trusted comment. What minisign writes is read
 * here, what is written here minisign verifies. libsodium does the arithmetic.
 * A secret key is wiped by its owner with rh_secret_key_wipe. */
#ifndef RH_HOST_MINISIGN_H
#define RH_HOST_MINISIGN_H

#include "base/buffer.h"

#define RH_KEY_TEXT 57                  /* base64 of a public key, with NUL */
#define RH_KEY_ID_TEXT 17               /* "1E3A1A71E58FEE53", as minisign shows it, with NUL */
#define RH_TRUSTED_COMMENT_MAX 8192     /* minisign's own limit */
#define RH_PASSPHRASE_MAX 1024

typedef struct rh_public_key { unsigned char id[8], key[32]; } rh_public_key;
typedef struct rh_secret_key { unsigned char id[8], key[64]; } rh_secret_key;
typedef struct rh_signature {
    unsigned char id[8], signature[64], global[64];
    char trusted_comment[RH_TRUSTED_COMMENT_MAX];
} rh_signature;

/* Asks for the passphrase of `label`; NUL-terminated into passphrase[RH_PASSPHRASE_MAX]. */
typedef struct rh_asker {
    rh_status (*ask)(void *context, const char *label, char *passphrase, rh_error *error);
    void *context;
} rh_asker;

/* `label` names the file in messages; a malformed text is RH_INPUT. A public key may also be the
 * base64 line alone. */
rh_status rh_public_key_parse(const char *label, const char *text, size_t length,
                              rh_public_key *key, rh_error *error);
rh_status rh_secret_key_parse(const char *label, const char *text, size_t length,
                              const rh_asker *asker, rh_secret_key *key, rh_error *error);
rh_status rh_signature_parse(const char *label, const char *text, size_t length,
                             rh_signature *signature, rh_error *error);

void rh_key_pair_make(rh_secret_key *secret, rh_public_key *key);
void rh_public_key_of(const rh_secret_key *secret, rh_public_key *key);
void rh_secret_key_wipe(rh_secret_key *key);
void rh_key_id_text(const unsigned char id[8], char text[RH_KEY_ID_TEXT]);
void rh_public_key_text(const rh_public_key *key, char text[RH_KEY_TEXT]);
/* Whole files. A NULL passphrase leaves the secret key unencrypted, as minisign -W does; else
 * scrypt with minisign's cost (1 GiB, or the most below it that the machine gives). The buffer then
 * holds a secret: wipe it with rh_wipe before freeing. */
void rh_public_key_write(const rh_public_key *key, rh_buffer *out);
rh_status rh_secret_key_write(const rh_secret_key *key, const char *passphrase, rh_buffer *out,
                              rh_error *error);
void rh_wipe(void *bytes, size_t length);

/* The whole signature file of `bytes`. The trusted comment is one line of text. */
rh_status rh_sign(const rh_secret_key *key, const void *bytes, size_t length,
                  const char *trusted_comment, rh_buffer *out, rh_error *error);
/* RH_INPUT: another key, a changed file, a changed trusted comment; the message says which. */
rh_status rh_verify(const char *label, const rh_public_key *key, const rh_signature *signature,
                    const void *bytes, size_t length, rh_error *error);

#endif
