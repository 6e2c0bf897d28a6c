/* A sample of paths, and its order statistics without sorting or copying: a study of many paths
 * has no memory for a second array. Values must not be NaN. */
#ifndef RH_STUDY_SAMPLE_H
#define RH_STUDY_SAMPLE_H

#include <stddef.h>

#include "base/error.h"

/* x[i] = values[i], or values[i] + weight other[i] where there is another array: P&L before costs
 * (weight 1), the difference of two policies on the same paths (weight -1). Each `unit` neighbours
 * depend on each other and on nobody else; count is a multiple of it. */
typedef struct rh_sample {
    const double *values, *other;
    double weight;
    size_t count, unit;
} rh_sample;

static inline double rh_sample_at(const rh_sample *sample, size_t i)
{
    return sample->other ? sample->values[i] + sample->weight * sample->other[i]
                         : sample->values[i];
}

#define RH_RANKS_MAX 128

/* The values of the given ranks (0: the least), in the order asked for; ranks may repeat. Five
 * passes over the sample, whatever its values; memory does not depend on its length. */
rh_status rh_order_statistics(const rh_sample *sample, const size_t *ranks, size_t rank_count,
                              double *values, rh_error *error);

#endif
