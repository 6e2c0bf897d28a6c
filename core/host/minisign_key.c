/* minisign's key files: public keys, and secret keys plain or encrypted under a passphrase.
 * Must not prompt (an rh_asker does) nor write files. Invariant: every buffer that held a secret is
 * wiped before it is left; a wrong passphrase is told from a damaged file as far as it can be. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "host/minisign.h"
#include "host/minisign_text.h"

/* "Ed", KDF, "B2", salt, operations, memory, then id, key and checksum under the stream. */
enum { PUBLIC_BYTES = 2 + 8 + 32, SALT = 6, LIMITS = SALT + 32, SECRET = LIMITS + 16,
       SECRET_BYTES = SECRET + 8 + 64 + 32, HIDDEN_BYTES = SECRET_BYTES - SECRET };

static_assert(crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_PUBLICKEYBYTES == 32, "Ed25519");
static_assert(crypto_pwhash_scryptsalsa208sha256_SALTBYTES == 32, "scrypt's salt");

void rh_wipe(void *bytes, size_t length)
{
    if (bytes != NULL) sodium_memzero(bytes, length);
}

void rh_secret_key_wipe(rh_secret_key *key)
{
    sodium_memzero(key, sizeof *key);
}

void rh_key_id_text(const unsigned char id[8], char text[RH_KEY_ID_TEXT])
{
    for (int i = 0; i < 8; i++) snprintf(text + 2 * i, 3, "%02X", id[7 - i]);
}

static void public_bytes(const rh_public_key *key, unsigned char bytes[PUBLIC_BYTES])
{
    memcpy(bytes, "Ed", 2);
    memcpy(bytes + 2, key->id, 8);
    memcpy(bytes + 10, key->key, 32);
}

void rh_public_key_text(const rh_public_key *key, char text[RH_KEY_TEXT])
{
    unsigned char bytes[PUBLIC_BYTES];
    public_bytes(key, bytes);
    sodium_bin2base64(text, RH_KEY_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
}

rh_status rh_public_key_parse(const char *label, const char *text, size_t length,
                              rh_public_key *key, rh_error *error)
{
    unsigned char bytes[PUBLIC_BYTES];
    rh_lines lines = {text, text + length, 0};
    if (length < 2 || memcmp(text, "RW", 2) != 0)
        RH_TRY(rh_line_comment(&lines, label, error));
    RH_TRY(rh_line_base64(&lines, label, bytes, sizeof bytes, error));
    RH_TRY(rh_line_end(&lines, label, error));
    if (memcmp(bytes, "Ed", 2) != 0)
        return rh_fail(error, RH_INPUT, "%s: found another algorithm, expected Ed25519", label);
    memcpy(key->id, bytes + 2, 8);
    memcpy(key->key, bytes + 10, 32);
    return RH_OK;
}

void rh_key_pair_make(rh_secret_key *secret, rh_public_key *key)
{
    RH_ASSERT(sodium_init() >= 0);
    randombytes_buf(secret->id, sizeof secret->id);
    crypto_sign_keypair(key->key, secret->key);
    memcpy(key->id, secret->id, sizeof key->id);
}

void rh_public_key_of(const rh_secret_key *secret, rh_public_key *key)
{
    memcpy(key->id, secret->id, sizeof key->id);
    crypto_sign_ed25519_sk_to_pk(key->key, secret->key);
}

void rh_public_key_write(const rh_public_key *key, rh_buffer *out)
{
    unsigned char bytes[PUBLIC_BYTES];
    char id[RH_KEY_ID_TEXT];
    rh_key_id_text(key->id, id);
    public_bytes(key, bytes);
    rh_buffer_printf(out, "untrusted comment: minisign public key %s\n", id);
    rh_base64_line(out, bytes, sizeof bytes);
}

/* --- secret keys --------------------------------------------------------------------------- */

static void put_u64(unsigned char bytes[8], uint64_t value)
{
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t get_u64(const unsigned char bytes[8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

/* BLAKE2b-256 of algorithm, id and key. */
static void checksum_of(const unsigned char file[SECRET_BYTES], unsigned char checksum[32])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, file, 2);
    crypto_generichash_update(&state, file + SECRET, 8 + 64);
    crypto_generichash_final(&state, checksum, 32);
}

static bool flip(unsigned char file[SECRET_BYTES], const char *passphrase)
{
    unsigned char stream[HIDDEN_BYTES];
    bool good = crypto_pwhash_scryptsalsa208sha256(
        stream, sizeof stream, passphrase, strlen(passphrase), file + SALT,
        get_u64(file + LIMITS), (size_t)get_u64(file + LIMITS + 8)) == 0;
    for (int i = 0; good && i < HIDDEN_BYTES; i++) file[SECRET + i] ^= stream[i];
    sodium_memzero(stream, sizeof stream);
    return good;
}

static rh_status decrypt(const char *label, unsigned char file[SECRET_BYTES], const rh_asker *asker,
                         rh_error *error)
{
    char passphrase[RH_PASSPHRASE_MAX];
    unsigned char checksum[32];
    if (get_u64(file + LIMITS) > crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE ||
        get_u64(file + LIMITS + 8) > crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE)
        return rh_fail(error, RH_INPUT, "%s: asks for more work or memory than minisign's keys do",
                       label);
    if (asker == NULL)
        return rh_fail(error, RH_INPUT, "%s: the key is encrypted, and there is nobody to ask for "
                       "the passphrase", label);
    rh_status status = asker->ask(asker->context, label, passphrase, error);
    if (status == RH_OK && !flip(file, passphrase))
        status = rh_fail(error, RH_NO_MEMORY, "%s: no memory for scrypt", label);
    sodium_memzero(passphrase, sizeof passphrase);
    RH_TRY(status);
    checksum_of(file, checksum);
    if (sodium_memcmp(checksum, file + SECRET + 72, sizeof checksum) == 0) return RH_OK;
    return rh_fail(error, RH_INPUT, "%s: wrong passphrase", label);
}

/* The public half, kept inside the secret key, must be that of its seed. */
static rh_status take_key(const char *label, const unsigned char file[SECRET_BYTES],
                          rh_secret_key *key, rh_error *error)
{
    unsigned char public_half[32], whole[64];
    crypto_sign_seed_keypair(public_half, whole, file + SECRET + 8);
    bool good = sodium_memcmp(whole, file + SECRET + 8, sizeof whole) == 0;
    if (good) {
        memcpy(key->id, file + SECRET, 8);
        memcpy(key->key, whole, 64);
    }
    sodium_memzero(whole, sizeof whole);
    return good ? RH_OK : rh_fail(error, RH_INPUT, "%s: the secret key is damaged", label);
}

rh_status rh_secret_key_parse(const char *label, const char *text, size_t length,
                              const rh_asker *asker, rh_secret_key *key, rh_error *error)
{
    static const unsigned char no_kdf[2] = {0, 0};
    unsigned char file[SECRET_BYTES] = {0};     /* judged below even where it could not be read */
    rh_lines lines = {text, text + length, 0};
    RH_ASSERT(sodium_init() >= 0);
    RH_TRY(rh_line_comment(&lines, label, error));
    rh_status status = rh_line_base64(&lines, label, file, sizeof file, error);
    if (status == RH_OK) status = rh_line_end(&lines, label, error);
    bool plain = memcmp(file + 2, no_kdf, 2) == 0;
    if (status == RH_OK && (memcmp(file, "Ed", 2) != 0 || memcmp(file + 4, "B2", 2) != 0 ||
                            (!plain && memcmp(file + 2, "Sc", 2) != 0)))
        status = rh_fail(error, RH_INPUT, "%s: found another algorithm, expected Ed25519 with "
                         "scrypt and BLAKE2b", label);
    if (status == RH_OK && !plain) status = decrypt(label, file, asker, error);
    if (status == RH_OK) status = take_key(label, file, key, error);
    sodium_memzero(file, sizeof file);
    return status;
}

/* Halves the memory until the machine gives it, as minisign does. */
static bool encrypt(unsigned char file[SECRET_BYTES], const char *passphrase)
{
    uint64_t work = crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE;
    uint64_t memory = crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE;
    memcpy(file + 2, "Sc", 2);
    randombytes_buf(file + SALT, 32);
    for (; memory >= crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_INTERACTIVE; memory /= 2) {
        put_u64(file + LIMITS, work);
        put_u64(file + LIMITS + 8, memory);
        if (flip(file, passphrase)) return true;
        if (work > crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_INTERACTIVE) work /= 2;
    }
    return false;
}

rh_status rh_secret_key_write(const rh_secret_key *key, const char *passphrase, rh_buffer *out,
                              rh_error *error)
{
    unsigned char file[SECRET_BYTES] = {'E', 'd', 0, 0, 'B', '2'};
    RH_ASSERT(sodium_init() >= 0);
    memcpy(file + SECRET, key->id, 8);
    memcpy(file + SECRET + 8, key->key, 64);
    bool good = true;
    if (passphrase != NULL) {
        checksum_of(file, file + SECRET + 72);
        good = encrypt(file, passphrase);
    }
    if (good) {
        rh_buffer_text(out, "untrusted comment: minisign encrypted secret key\n");
        rh_base64_line(out, file, sizeof file);
    }
    sodium_memzero(file, sizeof file);
    if (good && !out->failed) return RH_OK;
    return rh_fail(error, RH_NO_MEMORY, "no memory to encrypt a secret key");
}
