/* Heston's stochastic variance, dv = kappa (theta - v) dt + xi sqrt(v) dW, corr(dW, dS) = rho, by
 * the QE-M scheme: L. Andersen, "Simple and efficient simulation of the Heston stochastic
 * volatility model", J. Computational Finance 11(3), 2008. First two moments of v are exact at any
 * interval, and E[S(t)] = S(0); other moments carry its discretisation error. */
#ifndef RH_FEED_HESTON_H
#define RH_FEED_HESTON_H

#include "base/random.h"
#include "data/json.h"

#define RH_HESTON_KEYS "v0", "kappa", "theta", "xi", "rho"

typedef struct rh_heston {
    double variance, initial;
    double decay, theta;            /* e^{-kappa dt} */
    double spread_now, spread_base; /* Var[v'] = v spread_now + spread_base */
    double k0, k1, k2, k3, k4;      /* of the log price */
    double a;                       /* k2 + k4 / 2 */
} rh_heston;

/* One step: the log return is drift dt + k0 + from_now + from_next (added in this order: the bits
 * depend on it), plus deviation times a standard normal. */
typedef struct rh_heston_move { double k0, from_now, from_next, deviation; } rh_heston_move;

rh_status rh_heston_read(rh_json at, double dt_years, rh_heston *heston, rh_error *error);
/* Draws the next variance, which becomes the present one; mirrored: from 1 - u. */
rh_heston_move rh_heston_next(rh_heston *heston, rh_stream *stream, bool mirrored);

#endif
