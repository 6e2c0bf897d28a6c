/* Arrays of variates and of elementary functions, in vectors where the machine has them. Invariant:
 * every element has the bits of the scalar function, wherever it stands. */
#ifndef RH_MATH_BATCH_H
#define RH_MATH_BATCH_H

#include <stddef.h>

#include "base/random.h"

/* The next `count` numbers of rh_stream_uniform; the stream is where they would have left it. */
void rh_uniform_batch(rh_stream *stream, double *out, size_t count);
/* In place: rh_normal_quantile of each, all in (0, 1). */
void rh_normal_quantile_batch(double *x, size_t count);
void rh_exp_batch(double *x, size_t count); /* in place: rh_exp of each */

#endif
