/* Philox4x32-10 and the streams on it. Pure integer arithmetic, the same on every machine.
 * Must not hold state outside rh_stream. Invariant: `counter` names the next block to make, and
 * words leave a block in pairs, low word first. */
#include "base/random.h"

#define ROUNDS 10
#define MULTIPLIER_0 UINT32_C(0xD2511F53)
#define MULTIPLIER_1 UINT32_C(0xCD9E8D57)
#define WEYL_0 UINT32_C(0x9E3779B9)
#define WEYL_1 UINT32_C(0xBB67AE85)

void rh_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t product_0 = (uint64_t)MULTIPLIER_0 * c0;
        uint64_t product_1 = (uint64_t)MULTIPLIER_1 * c2;
        c0 = (uint32_t)(product_1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)product_1;
        c2 = (uint32_t)(product_0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)product_0;
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void rh_stream_init(rh_stream *stream, uint64_t seed, uint32_t path, uint32_t purpose)
{
    *stream = (rh_stream){
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        .counter = {0, 0, path, purpose},
        .used = 4,
    };
}

uint64_t rh_stream_u64(rh_stream *stream)
{
    if (stream->used >= 4) {
        rh_philox4x32(stream->counter, stream->key, stream->block);
        if (++stream->counter[0] == 0) stream->counter[1]++;
        stream->used = 0;
    }
    uint64_t low = stream->block[stream->used], high = stream->block[stream->used + 1];
    stream->used += 2;
    return high << 32 | low;
}

double rh_stream_uniform(rh_stream *stream)
{
    return ((double)(rh_stream_u64(stream) >> 12) + 0.5) * 0x1p-52;
}
