/* How often which values occur, in bounded memory and one pass, their range unknown: cells of equal
 * width around zero, pairwise merged when a value lies beyond them. Merging is exact, so the result
 * does not depend on the order of the values. */
#ifndef RH_REPORT_HISTOGRAM_H
#define RH_REPORT_HISTOGRAM_H

#include <stdint.h>

#include "base/error.h"

#define RH_HISTOGRAM_HALF 32768     /* cells on each side of zero */

typedef struct rh_histogram {
    uint64_t *cells;            /* cell RH_HISTOGRAM_HALF begins at zero */
    double width;               /* a power of two; 0 until a value differs from zero */
    uint64_t count;
    double min, max, sum;
} rh_histogram;

rh_status rh_histogram_init(rh_histogram *histogram, rh_error *error);
void rh_histogram_free(rh_histogram *histogram);    /* {0} again */
/* A value that is not finite, or beyond 1e200, is left out. */
void rh_histogram_add(rh_histogram *histogram, double value);

/* The least cell edge that a `share` of the values lies below; the extremes for 0 and 1. Off by one
 * width at most, which is 1/16384 of the largest magnitude. NAN without values. */
double rh_histogram_quantile(const rh_histogram *histogram, double share);
/* Bars over [*from, *to], widened to whole cells: counts[0] and counts[bars - 1] include what lies
 * beyond the ends. Needs a value that differs from zero. */
void rh_histogram_bars(const rh_histogram *histogram, double *from, double *to, int bars,
                       uint64_t *counts);

#endif
