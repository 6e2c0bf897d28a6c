/* Heston's characteristic function (Heston 1993, in the form of Albrecher et al. 2007) and option
 * prices from any characteristic function by Lewis's integral, for the tests of its generators. */
#ifndef TESTS_FEED_HESTON_LAW_H
#define TESTS_FEED_HESTON_LAW_H

#include "synth_test.h"

typedef struct heston_law { double v0, kappa, theta, xi, rho; } heston_law;

/* ln E[e^{iuX}] of the log return X over t, no drift. */
static inline double complex heston_log_characteristic(const void *of, double complex u, double t)
{
    const heston_law *m = of;
    const double complex i = (double complex)I;
    double complex b = m->kappa - m->rho * m->xi * i * u;
    double complex d = csqrt(b * b + m->xi * m->xi * (i * u + u * u));
    double complex g = (b - d) / (b + d), e = cexp(-d * t);
    double complex c = m->kappa * m->theta / (m->xi * m->xi) *
                       ((b - d) * t - 2 * clog((1 - g * e) / (1 - g)));
    return c + m->v0 / (m->xi * m->xi) * (b - d) * (1 - e) / (1 - g * e);
}

/* Call on spot 100 by Lewis (2001), Simpson's rule. */
static inline double lewis_call(double complex (*log_law)(const void *, double complex, double),
                                const void *of, double strike, double t)
{
    enum { NODES = 20000 };
    const double complex i = (double complex)I;
    const double spot = 100, k = log(spot / strike), end = 200, h = end / NODES;
    double sum = 0;
    for (int n = 0; n <= NODES; ++n) {
        double u = n * h, weight = n == 0 || n == NODES ? 1 : n % 2 ? 4 : 2;
        double complex value = cexp(i * u * k + log_law(of, u - 0.5 * i, t));
        sum += weight * creal(value) / (u * u + 0.25);
    }
    return spot - sqrt(spot * strike) / acos(-1.0) * sum * h / 3;
}

#endif
