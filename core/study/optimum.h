/* The best any policy can do: the optimum of Hodges & Neuberger (Review of Futures Markets 8, 1989)
 * for one European option under exponential utility and proportional cost in discrete time.
 * A yardstick: it knows the model and its parameters, which no policy of a real run does. */
#ifndef RH_STUDY_OPTIMUM_H
#define RH_STUDY_OPTIMUM_H

#include <stdbool.h>

#include "base/error.h"

#define RH_OPTIMUM_STEPS_MAX 4096

/* Geometric Brownian motion, trades at the starts of equal steps. No shares at the start: the first
 * trade pays; what is held at expiry is marked at mid. Set-up F of the law of the policies. */
typedef struct rh_optimum_problem {
    double spot, strike;
    bool is_call;
    double qty; /* options held; negative is short */
    double expiry_years;
    int steps;            /* 1 .. RH_OPTIMUM_STEPS_MAX */
    double vol;           /* fraction per sqrt(year), > 0 */
    double drift, rate;   /* of the spot and of cash, continuous per year */
    double cost;          /* one way, fraction of the notional, 0 .. 1 */
    double risk_aversion; /* > 0, per unit of money at expiry */
    int spot_density;     /* spot nodes per standard deviation of a step; 0: 4 */
    int holdings;         /* nodes of the holdings; 0: 241 */
} rh_optimum_problem;

typedef struct rh_optimum {
    /* (1 / risk_aversion) ln E exp(-risk_aversion P&L), P&L without the premium, at expiry: what
     * the book must be paid (in money of expiry) to be as well off as with nothing. At a drift
     * other than the rate it includes what speculation on the drift is worth. */
    double price;
    int steps, spots, start; /* spot[start] is the spot at the start */
    double *spot;            /* [spots], ascending */
    double *lo, *hi;         /* [step * spots + i]: the holdings that are best left alone */
    double holding_min, holding_max; /* of the grid: a band that ends there has no such end */
} rh_optimum;

/* Dynamic programming over (step, log spot, holdings): exact lognormal steps, summed on a grid
 * whose error is spectral in spot_density but for kinks; the last step, with the kink of the
 * payoff, by Gauss-Legendre; minima over holdings between nodes by a quartic. The spot grid ends 8
 * standard deviations out. Measured on set-up F: the default grid is within 5e-6 of one twice as
 * fine in both directions, at 0.6 s. RH_DOMAIN: an argument out of range, or a risk aversion so
 * large that expectations overflow (about 3000 / spot at moves of 1% a step). *out is {0} then. */
rh_status rh_optimum_solve(const rh_optimum_problem *problem, rh_optimum *out, rh_error *error);
/* The band at a step and a spot, linear between nodes, the last node beyond the grid. */
void rh_optimum_band(const rh_optimum *optimum, int step, double spot, double *lo, double *hi);
void rh_optimum_free(rh_optimum *optimum); /* {0} again */

#endif
