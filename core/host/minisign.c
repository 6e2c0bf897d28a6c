/* minisign's signature files: parse, make, verify.
 * Must not read files or decide which keys are trusted. Invariant: a signature that verifies covers
 * every byte of the file and of the trusted comment; the untrusted comment is never shown. */
#include "host/minisign.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "host/minisign_text.h"

#define SIGNATURE_COMMENT "untrusted comment: signature from a rehedge secret key\n"
#define TRUSTED_PREFIX "trusted comment: "

enum { SIGNATURE_BYTES = 2 + 8 + 64 };

typedef struct rh_signed_hash { unsigned char bytes[crypto_generichash_BYTES_MAX]; } signed_hash;

static_assert(crypto_sign_BYTES == 64 && crypto_generichash_BYTES_MAX == 64, "Ed25519, BLAKE2b");

static signed_hash hash_of(const void *bytes, size_t length)
{
    signed_hash hash;
    crypto_generichash(hash.bytes, sizeof hash.bytes, bytes, length, NULL, 0);
    return hash;
}

static rh_status take_trusted_comment(const char *label, rh_line line, rh_signature *signature,
                                      rh_error *error)
{
    size_t prefix = strlen(TRUSTED_PREFIX);
    if (line.length < prefix || memcmp(line.text, TRUSTED_PREFIX, prefix) != 0)
        return rh_fail(error, RH_INPUT, "%s:3: expected a line that begins with \"%s\"", label,
                       TRUSTED_PREFIX);
    size_t length = line.length - prefix;
    if (length >= sizeof signature->trusted_comment || memchr(line.text, '\0', line.length) != NULL)
        return rh_fail(error, RH_INPUT, "%s:3: the trusted comment is too long or no text", label);
    memcpy(signature->trusted_comment, line.text + prefix, length);
    signature->trusted_comment[length] = '\0';
    return RH_OK;
}

rh_status rh_signature_parse(const char *label, const char *text, size_t length,
                             rh_signature *signature, rh_error *error)
{
    unsigned char first[SIGNATURE_BYTES];
    rh_lines lines = {text, text + length, 0};
    rh_line line;
    memset(signature, 0, sizeof *signature);
    RH_TRY(rh_line_comment(&lines, label, error));
    RH_TRY(rh_line_base64(&lines, label, first, sizeof first, error));
    if (memcmp(first, "Ed", 2) == 0)
        return rh_fail(error, RH_INPUT, "%s:2: found a signature of the old kind (Ed), expected a "
                       "hashed one (ED): minisign makes it without -l", label);
    if (memcmp(first, "ED", 2) != 0)
        return rh_fail(error, RH_INPUT, "%s:2: found another algorithm, expected minisign's ED",
                       label);
    memcpy(signature->id, first + 2, 8);
    memcpy(signature->signature, first + 10, 64);
    if (!rh_line_next(&lines, &line))
        return rh_fail(error, RH_INPUT, "%s: expected four lines, the third the trusted comment",
                       label);
    RH_TRY(take_trusted_comment(label, line, signature, error));
    RH_TRY(rh_line_base64(&lines, label, signature->global, sizeof signature->global, error));
    return rh_line_end(&lines, label, error);
}

/* What the global signature signs: the signature, then the trusted comment. */
static size_t global_message(const unsigned char signature[64], const char *comment,
                             unsigned char message[64 + RH_TRUSTED_COMMENT_MAX])
{
    size_t length = strlen(comment);
    memcpy(message, signature, 64);
    memcpy(message + 64, comment, length);
    return 64 + length;
}

rh_status rh_sign(const rh_secret_key *key, const void *bytes, size_t length,
                  const char *trusted_comment, rh_buffer *out, rh_error *error)
{
    unsigned char first[SIGNATURE_BYTES] = {'E', 'D'}, global[64];
    unsigned char message[64 + RH_TRUSTED_COMMENT_MAX];
    signed_hash hash = hash_of(bytes, length);
    if (strlen(trusted_comment) >= RH_TRUSTED_COMMENT_MAX || strpbrk(trusted_comment, "\r\n"))
        return rh_fail(error, RH_INPUT, "a trusted comment is one line of at most %d bytes",
                       RH_TRUSTED_COMMENT_MAX - 1);
    memcpy(first + 2, key->id, 8);
    crypto_sign_detached(first + 10, NULL, hash.bytes, sizeof hash.bytes, key->key);
    size_t signed_length = global_message(first + 10, trusted_comment, message);
    crypto_sign_detached(global, NULL, message, signed_length, key->key);
    rh_buffer_text(out, SIGNATURE_COMMENT);
    rh_base64_line(out, first, sizeof first);
    rh_buffer_printf(out, TRUSTED_PREFIX "%s\n", trusted_comment);
    rh_base64_line(out, global, sizeof global);
    return out->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a signature") : RH_OK;
}

rh_status rh_verify(const char *label, const rh_public_key *key, const rh_signature *signature,
                    const void *bytes, size_t length, rh_error *error)
{
    char own[RH_KEY_ID_TEXT], other[RH_KEY_ID_TEXT];
    unsigned char message[64 + RH_TRUSTED_COMMENT_MAX];
    if (memcmp(key->id, signature->id, 8) != 0) {
        rh_key_id_text(key->id, own);
        rh_key_id_text(signature->id, other);
        return rh_fail(error, RH_INPUT, "%s: found a signature by key %s, expected one by %s",
                       label, other, own);
    }
    signed_hash hash = hash_of(bytes, length);
    if (crypto_sign_verify_detached(signature->signature, hash.bytes, sizeof hash.bytes,
                                    key->key) != 0)
        return rh_fail(error, RH_INPUT, "%s: the signature does not fit the file: one of them was "
                       "changed", label);
    size_t signed_length = global_message(signature->signature, signature->trusted_comment,
                                          message);
    if (crypto_sign_verify_detached(signature->global, message, signed_length, key->key) != 0)
        return rh_fail(error, RH_INPUT, "%s: the trusted comment of the signature was changed",
                       label);
    return RH_OK;
}
