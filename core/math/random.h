/* Variates from a counter-based stream through our own kernels: reproducible bit for bit.
 * Nothing is kept between draws but the position in the stream. */
#ifndef RH_MATH_RANDOM_H
#define RH_MATH_RANDOM_H

#include "base/random.h"

double rh_stream_normal(rh_stream *stream);                     /* by inversion: one u64 per draw */
double rh_stream_exponential(rh_stream *stream, double rate);   /* mean 1 / rate */
unsigned rh_stream_poisson(rh_stream *stream, double mean);     /* mean in [0, 700] */

#endif
