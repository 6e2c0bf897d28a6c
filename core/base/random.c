/* Philox4x32-10 and the streams on it. Pure integer arithmetic, the same on every machine.
 * Must not hold state outside rh_stream. Invariant: `counter` names the next block to make, and
 * words leave a block in pairs, low word first. */
#include "base/random.h"

#include <string.h>

#include "base/philox.h"

void rh_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    memcpy(out, counter, 4 * sizeof *out);
    rh_philox_rounds(out, key[0], key[1]);
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
    return rh_uniform_of(rh_stream_u64(stream));
}
