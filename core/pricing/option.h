/* European options in closed form: pure functions of numbers, no state.
 * Black-Scholes-Merton (Black & Scholes 1973; Merton 1973; Haug, "The Complete Guide to Option
 * Pricing Formulas", 2nd ed., ch. 1-2), Black-76 (Black 1976) and inverse (coin-settled) options.
 * Units: vol a fraction per sqrt(year), T in years of 365 days, rates continuous; theta per year
 * (calendar: -d/dT), vega/vanna/volga per 1.00 of vol, rho per 1.00. */
#ifndef RH_PRICING_OPTION_H
#define RH_PRICING_OPTION_H

#include <stdbool.h>
#include <stddef.h>

typedef enum rh_option_model {
    RH_MODEL_BSM,       /* S spot, r, q */
    RH_MODEL_BLACK76,   /* S is the forward, discounted at r; q unused */
    RH_MODEL_INVERSE    /* S is the forward F; price = Black(F, K, T, r=0) / F in coin */
} rh_option_model;

typedef struct rh_greeks {
    double price, delta, gamma, vega, theta, rho;
    double vanna, volga, speed;
} rh_greeks;    /* derivatives of `price` with respect to S (the forward for the last two models) */

/* Limits are values: T = 0 or sigma = 0 give the discounted intrinsic value and its derivatives
 * (delta 1/2 of the jump at the kink), S = 0 the worthless limit. NaN in, NaN out; negative S, K, T
 * or sigma give NaN. */
void rh_option_greeks(rh_option_model model, bool is_call, double S, double K, double T, double r,
                      double q, double sigma, rh_greeks *out);
double rh_option_price(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma);
double rh_option_delta(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma);

/* Structure of arrays, n contracts on one underlying, for the engine's delta at every event.
 * `carry` of contract i is (r - q), precomputed by the caller per event: growth[i] = e^{(r-q)T},
 * discount[i] = e^{-rT}, total[i] = sigma sqrt(T), all 1, 1 and 0 at expiry.
 * out[i] = q-free delta in the model's own units (BSM: dV/dS; INVERSE: dc/dF). */
typedef struct rh_delta_batch {
    size_t count;
    const double *strike, *growth, *discount, *total;
    const signed char *sign;        /* +1 call, -1 put */
    const signed char *inverse;     /* 0 or 1 */
    double *out;
} rh_delta_batch;
void rh_option_delta_batch(const rh_delta_batch *batch, double S);

/* Sum of value[0..count) in a fixed tree of eight lanes: the same bits on every machine. */
double rh_sum_lanes(const double *value, size_t count);

#endif
