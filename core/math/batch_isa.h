/* The batches for one instruction set, under the names RH_BATCH_ISA(...): plain loops over the
 * inline kernels, which compilers turn into vector code. With RH_BATCH_DECLARE only declared, for
 * the dispatcher. Invariant: branches are taken per array, never per element of a vector loop. */
#include "math/batch.h"

void RH_BATCH_ISA(uniform)(rh_stream *stream, double *out, size_t count);
void RH_BATCH_ISA(normal_quantile)(double *x, size_t count);
void RH_BATCH_ISA(exp)(double *x, size_t count);

#ifndef RH_BATCH_DECLARE
#include "base/philox.h"
#include "math/kernel_normal.h"

enum { BLOCKS = 16, PART = 64 };
#define FAR_TAIL 0x1p-34 /* the polynomials for r < 7 serve everything above it */

/* The two draws of each of BLOCKS counters that follow each other. */
static void draw_blocks(const rh_stream *stream, double *restrict out)
{
    uint64_t first = (uint64_t)stream->counter[1] << 32 | stream->counter[0];
    uint32_t path = stream->counter[2], purpose = stream->counter[3];
    uint32_t k0 = stream->key[0], k1 = stream->key[1];
    uint64_t even[BLOCKS], odd[BLOCKS];
    for (uint32_t j = 0; j < BLOCKS; j++) {
        uint64_t counter = first + j;
        uint32_t c[4] = {(uint32_t)counter, (uint32_t)(counter >> 32), path, purpose};
        rh_philox_rounds(c, k0, k1);
        even[j] = (uint64_t)c[1] << 32 | c[0];
        odd[j] = (uint64_t)c[3] << 32 | c[2];
    }
    for (int j = 0; j < BLOCKS; j++) {
        out[2 * j] = rh_uniform_of(even[j]);
        out[2 * j + 1] = rh_uniform_of(odd[j]);
    }
}

void RH_BATCH_ISA(uniform)(rh_stream *stream, double *out, size_t count)
{
    while (count > 0 && stream->used < 4) {
        *out++ = rh_stream_uniform(stream);
        count--;
    }
    for (; count >= 2 * BLOCKS; count -= 2 * BLOCKS, out += 2 * BLOCKS) {
        draw_blocks(stream, out);
        uint32_t before = stream->counter[0];
        stream->counter[0] += BLOCKS;
        if (stream->counter[0] < before) stream->counter[1]++;
    }
    for (; count > 0; count--) *out++ = rh_stream_uniform(stream);
}

/* The numbers of a part that lie in the tails, which need a logarithm. */
static void quantile_tails(const double *restrict p, double *restrict x, size_t count)
{
    size_t place[PART], tails = 0;
    double tail[PART], distance[PART];
    for (size_t i = 0; i < count; i++) {
        place[tails] = i;
        tails += fabs(p[i] - 0.5) > RH_QUANTILE_CENTRE;
    }
    for (size_t t = 0; t < tails; t++)
        tail[t] = p[place[t]] < 0.5 ? p[place[t]] : 1.0 - p[place[t]];
    for (size_t t = 0; t < tails; t++) {
        double r;
        distance[t] = rh_k_quantile_tail_by(tail[t], true, &r);
    }
    for (size_t t = 0; t < tails; t++) {
        if (tail[t] < FAR_TAIL) distance[t] = rh_k_quantile_tail(tail[t]);
        x[place[t]] = p[place[t]] < 0.5 ? -distance[t] : distance[t];
    }
}

void RH_BATCH_ISA(normal_quantile)(double *x, size_t count)
{
    for (size_t at = 0; at < count; at += PART) {
        size_t part = count - at < PART ? count - at : PART;
        double p[PART];
        for (size_t i = 0; i < part; i++) p[i] = x[at + i];
        for (size_t i = 0; i < part; i++) x[at + i] = rh_k_quantile_centre(p[i] - 0.5);
        quantile_tails(p, x + at, part);
    }
}

void RH_BATCH_ISA(exp)(double *x, size_t count)
{
    for (size_t i = 0; i < count; i++) x[i] = rh_k_exp(x[i]);
}
#endif
