/* Hashes: XXH3 (libxxhash) for checksums and run digests, SHA-256 (libsodium) for the identity of
 * files and scripts. The digest is fed fixed-width little-endian records in a fixed order. */
#ifndef RH_BASE_HASH_H
#define RH_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RH_SHA256_HEX 65    /* with NUL */
#define RH_DIGEST_HEX 33    /* with NUL */

uint64_t rh_hash64(const void *bytes, size_t length);

#define RH_DIGEST_PENDING_BYTES ((size_t)4096)

typedef struct rh_digest {              /* streaming 128-bit XXH3, buffered for small records */
    size_t pending_count;
    unsigned char pending[RH_DIGEST_PENDING_BYTES];
} rh_digest;                            /* the state of the hash lies behind it */
rh_digest *rh_digest_new(void);         /* NULL: no memory */
void rh_digest_free(rh_digest *digest);
/* As rh_digest_bytes, for what does not fit the bytes pending. */
void rh_digest_overflow(rh_digest *digest, const void *bytes, size_t length);
static inline void rh_digest_bytes(rh_digest *digest, const void *bytes, size_t length)
{
    if (length == 0) return;
    if (length > RH_DIGEST_PENDING_BYTES - digest->pending_count) {
        rh_digest_overflow(digest, bytes, length);
        return;
    }
    memcpy(digest->pending + digest->pending_count, bytes, length);
    digest->pending_count += length;
}
void rh_digest_hex(const rh_digest *digest, char hex[RH_DIGEST_HEX]);   /* may go on afterwards */

typedef struct rh_sha256 { _Alignas(16) unsigned char opaque[208]; } rh_sha256;
void rh_sha256_begin(rh_sha256 *state);
void rh_sha256_bytes(rh_sha256 *state, const void *bytes, size_t length);
void rh_sha256_hex(rh_sha256 *state, char hex[RH_SHA256_HEX]);
void rh_sha256_of(const void *bytes, size_t length, char hex[RH_SHA256_HEX]);

#endif
