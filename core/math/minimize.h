/* Minimisers of a few unknowns without allocation or chance: Nelder-Mead for what has no
 * derivatives, Levenberg-Marquardt for sums of squares. Same numbers on every machine. */
#ifndef RH_MATH_MINIMIZE_H
#define RH_MATH_MINIMIZE_H

#include <stddef.h>

enum { RH_UNKNOWNS_MAX = 6 };

/* Value at x; NaN counts as infinite. */
typedef double (*rh_objective)(void *context, const double *x);

/* Nelder & Mead (Computer J. 7, 1965), from x with a simplex of `step` per unknown, to at most
 * `evaluations_max` values or until the simplex is smaller than `tolerance` steps. x: the best
 * point; returns its value. n <= RH_UNKNOWNS_MAX. */
double rh_minimize_simplex(rh_objective value, void *context, size_t n, double *x,
                           const double *step, double tolerance, int evaluations_max);

/* `count` residuals at x. */
typedef void (*rh_residuals)(void *context, const double *x, double *residuals);

/* Marquardt (SIAM J. 11, 1963) with forward differences; unknowns of the order of 1, no step of one
 * longer than 1. Stops after `steps_max` steps or when the sum falls by less than `tolerance` of
 * itself. `work`: (n + 2) count doubles. Returns the sum of squares at x. n <= RH_UNKNOWNS_MAX. */
double rh_minimize_squares(rh_residuals residuals, void *context, size_t n, size_t count, double *x,
                           double tolerance, int steps_max, double *work);

#endif
