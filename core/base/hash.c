/* XXH3 and SHA-256 behind our own names; libxxhash and libsodium do the work.
 * Must not interpret what it hashes: callers feed fixed-width little-endian records.
 * Invariant: a digest depends on the concatenated bytes only, never on how they were cut. */
#include "base/hash.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "base/error.h"

#define PENDING_BYTES ((size_t)4096)

struct rh_digest {
    XXH3_state_t state;
    size_t pending_count;
    unsigned char pending[PENDING_BYTES];
};

static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(rh_sha256), "the state fits");

static void hex_text(char *hex, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * count] = '\0';
}

uint64_t rh_hash64(const void *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}

rh_digest *rh_digest_new(void)
{
    size_t alignment = _Alignof(rh_digest);
    size_t size = (sizeof(rh_digest) + alignment - 1) / alignment * alignment;
    rh_digest *digest = aligned_alloc(alignment, size);
    if (!digest) return NULL;
    memset(digest, 0, sizeof *digest);
    XXH3_128bits_reset(&digest->state);
    return digest;
}

void rh_digest_free(rh_digest *digest)
{
    free(digest);
}

void rh_digest_bytes(rh_digest *digest, const void *bytes, size_t length)
{
    if (length == 0) return;
    if (length > PENDING_BYTES - digest->pending_count) {
        XXH3_128bits_update(&digest->state, digest->pending, digest->pending_count);
        digest->pending_count = 0;
        if (length > PENDING_BYTES) {
            XXH3_128bits_update(&digest->state, bytes, length);
            return;
        }
    }
    memcpy(digest->pending + digest->pending_count, bytes, length);
    digest->pending_count += length;
}

void rh_digest_hex(const rh_digest *digest, char hex[RH_DIGEST_HEX])
{
    XXH3_state_t state;
    XXH128_canonical_t canonical;
    XXH3_copyState(&state, &digest->state);
    XXH3_128bits_update(&state, digest->pending, digest->pending_count);
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
    hex_text(hex, canonical.digest, sizeof canonical.digest);
}

void rh_sha256_begin(rh_sha256 *state)
{
    RH_ASSERT(sodium_init() >= 0);
    crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)state->opaque);
}

void rh_sha256_bytes(rh_sha256 *state, const void *bytes, size_t length)
{
    crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)state->opaque, bytes, length);
}

void rh_sha256_hex(rh_sha256 *state, char hex[RH_SHA256_HEX])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)state->opaque, hash);
    hex_text(hex, hash, sizeof hash);
}

void rh_sha256_of(const void *bytes, size_t length, char hex[RH_SHA256_HEX])
{
    rh_sha256 state;
    rh_sha256_begin(&state);
    if (length) rh_sha256_bytes(&state, bytes, length);
    rh_sha256_hex(&state, hex);
}
