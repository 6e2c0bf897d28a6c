/* Order statistics of doubles in the caller's memory. NaN must not be among them; nothing is
 * allocated, whatever the order they come in. */
#ifndef RH_MATH_ORDER_H
#define RH_MATH_ORDER_H

#include <stddef.h>

void rh_sort_ascending(double *values, size_t count);   /* heap sort: no allocation, n log n */
double rh_median(double *values, size_t count);         /* sorts them; NaN of nothing */

#endif
