/* A parallel-for on libuv threads, for studies, which know neither threads nor libuv.
 * Every index runs exactly once, whatever the other indices return, so that results and the status
 * do not depend on timing or on the number of threads. */
#ifndef RH_HOST_PARALLEL_H
#define RH_HOST_PARALLEL_H

#include <stddef.h>

#include "base/error.h"

#define RH_THREADS_MAX 256

typedef struct rh_workers { int threads; } rh_workers;  /* the calling thread is one of them */

int rh_host_processors(void);   /* processors this process may use, at least 1 */

/* An rh_parallel_for (study/parallel_for.h); `workers` is a const rh_workers *. Returns the status
 * of the lowest index that failed. Fewer threads are used when the system grants no more. */
rh_status rh_host_parallel(void *workers, size_t count,
                           rh_status (*body)(void *argument, size_t index), void *argument);

#endif
