/* What a study is handed to run many things at once; it knows neither threads nor how many.
 * The body is called exactly once per index in [0, count), in any order, possibly from several
 * threads, each set up for computing. The status is that of the lowest index that failed. */
#ifndef RH_STUDY_PARALLEL_FOR_H
#define RH_STUDY_PARALLEL_FOR_H

#include <stddef.h>

#include "base/error.h"

typedef rh_status (*rh_parallel_for)(void *context, size_t count,
                                     rh_status (*body)(void *argument, size_t index),
                                     void *argument);

#endif
