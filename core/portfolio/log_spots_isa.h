/* The loop of rh_log_spots for one instruction set, under the name RH_LOG_SPOTS: included by the
 * two files that instantiate it, and, with RH_LOG_SPOTS_DECLARE, by the one that chooses. Holds no
 * arithmetic of its own: the kernel of math, in a loop that compilers turn into vector code. */
#include <stddef.h>

void RH_LOG_SPOTS(const double *restrict spot, size_t count, double *restrict hi,
                  double *restrict lo);

#ifndef RH_LOG_SPOTS_DECLARE
#include "math/kernel_log.h"

void RH_LOG_SPOTS(const double *restrict spot, size_t count, double *restrict hi,
                  double *restrict lo)
{
    for (size_t i = 0; i < count; i++) {
        rh_k_pair log_spot = rh_k_log_pair(spot[i]);
        hi[i] = log_spot.hi;
        lo[i] = log_spot.lo;
    }
}
#endif
