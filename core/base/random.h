/* Counter-based random streams: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC11). One stream per (seed, path, purpose): key = seed, counter =
 * (draw low, draw high, path folded with purpose). Adding a consumer changes no other stream. */
#ifndef RH_BASE_RANDOM_H
#define RH_BASE_RANDOM_H

#include <stdint.h>

typedef struct rh_stream {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t block[4];
    uint32_t used;      /* words of `block` already given out; 4 = none left */
} rh_stream;

/* One Philox4x32-10 block, for the published vectors. */
void rh_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* purpose: see RH_PURPOSE_*; path: 0 for a single run. */
void rh_stream_init(rh_stream *stream, uint64_t seed, uint32_t path, uint32_t purpose);
uint64_t rh_stream_u64(rh_stream *stream);
/* Uniform on (0, 1): (k + 0.5) 2^-52 for k in [0, 2^52), never 0 or 1. */
double rh_stream_uniform(rh_stream *stream);
static inline double rh_uniform_of(uint64_t bits)
{
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

enum { /* purposes; policies and feeds add their own index below the step */
    RH_PURPOSE_FEED = 1u << 16,
    RH_PURPOSE_POLICY = 2u << 16,
    RH_PURPOSE_VENUE = 3u << 16,
    RH_PURPOSE_SCALE = 4u << 16     /* a scale script beside a trigger script */
};

#endif
