/* ln S of several spots at once, in the two doubles that the delta batch works with: for states
 * that are computed together. Pure numbers; the same bits with every instruction set. */
#ifndef RH_PORTFOLIO_LOG_SPOTS_H
#define RH_PORTFOLIO_LOG_SPOTS_H

#include <stddef.h>

/* hi[i] + lo[i] = ln spot[i], 0 < spot[i] < inf; the bits of rh_log_strike. No overlap. */
void rh_log_spots(const double *restrict spot, size_t count, double *restrict hi,
                  double *restrict lo);

#endif
