/* Variates by inversion: one u64 of the stream per draw wherever the law allows it.
 * Must not keep a spare variate, so that the position in the stream is the whole state. */
#include "math/random.h"

#include <math.h>

#include "base/error.h"
#include "math/kernels.h"

/* Above this mean a Poisson number is built from parts, so that exp(-mean) stays well normal. */
#define POISSON_PART 64.0

double rh_stream_normal(rh_stream *stream)
{
    return rh_normal_quantile(rh_stream_uniform(stream));
}

double rh_stream_exponential(rh_stream *stream, double rate)
{
    return -rh_log(rh_stream_uniform(stream)) / rate;
}

/* Inversion by search from 0; terms fall below any uniform long before the bound. */
static unsigned poisson_part(rh_stream *stream, double mean)
{
    double uniform = rh_stream_uniform(stream);
    double term = rh_exp(-mean), sum = term;
    unsigned count = 0;
    while (uniform > sum && count < 1000) {
        count++;
        term *= mean / count;
        sum += term;
    }
    return count;
}

unsigned rh_stream_poisson(rh_stream *stream, double mean)
{
    RH_ASSERT(mean >= 0.0 && mean <= 700.0);
    unsigned count = 0;
    for (; mean > POISSON_PART; mean -= POISSON_PART) count += poisson_part(stream, POISSON_PART);
    return count + poisson_part(stream, mean);
}
