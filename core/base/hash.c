/* XXH3 and SHA-256 behind our own names; libxxhash and libsodium do the work.
 * Must not interpret what it hashes: callers feed fixed-width little-endian records.
 * Invariant: a digest depends on the concatenated bytes only, never on how they were cut. */
#include "base/hash.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#if defined(RH_XXH_DISPATCH)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

#include "base/error.h"

typedef struct digest {
    rh_digest pending;          /* first, so that a digest is one */
    XXH3_state_t state;
} digest;

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
    size_t alignment = _Alignof(digest);
    size_t size = (sizeof(digest) + alignment - 1) / alignment * alignment;
    digest *self = aligned_alloc(alignment, size);
    if (!self) return NULL;
    memset(self, 0, sizeof *self);
    XXH3_128bits_reset(&self->state);
    return &self->pending;
}

void rh_digest_free(rh_digest *pending)
{
    free(pending);
}

void rh_digest_overflow(rh_digest *pending, const void *bytes, size_t length)
{
    digest *self = (digest *)pending;
    XXH3_128bits_update(&self->state, pending->pending, pending->pending_count);
    pending->pending_count = 0;
    if (length > RH_DIGEST_PENDING_BYTES)
        XXH3_128bits_update(&self->state, bytes, length);
    else
        rh_digest_bytes(pending, bytes, length);
}

void rh_digest_hex(const rh_digest *pending, char hex[RH_DIGEST_HEX])
{
    XXH3_state_t state;
    XXH128_canonical_t canonical;
    XXH3_copyState(&state, &((const digest *)pending)->state);
    XXH3_128bits_update(&state, pending->pending, pending->pending_count);
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
