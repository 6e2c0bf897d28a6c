/* The logarithm of a quotient, by the kernels of math: right to about two ulps beside 1 as well,
 * where the quotient rounded to a double has lost its distance from 1. */
#ifndef RH_PRICING_LOG_QUOTIENT_H
#define RH_PRICING_LOG_QUOTIENT_H

#include <float.h>

#include "math/kernels.h"

/* ln(a / b) of positive finite numbers; a - b is exact within a factor of two (Sterbenz). */
static inline double rh_log_quotient(double a, double b)
{
    if (a > 0.5 * b && 0.5 * a < b) return rh_log1p((a - b) / b);
    double quotient = a / b;
    if (quotient >= DBL_MIN && quotient <= DBL_MAX) return rh_log(quotient);
    return rh_log(a) - rh_log(b);
}

#endif
