/* European options in closed form: pure functions of numbers, no state, any thread.
 * Black-Scholes-Merton (Black & Scholes 1973; Merton 1973; Haug, "The Complete Guide to Option
 * Pricing Formulas", 2nd ed., ch. 1-2), Black-76 (Black 1976) and inverse (coin-settled) options.
 * Units: vol a fraction per sqrt(year), T in years of 365 days, rates continuous; theta per year
 * (calendar: -d/dT), vega/vanna/volga per 1.00 of vol, rho per 1.00. See docs/pricing.md. */
#ifndef REHEDGE_PRICING_H
#define REHEDGE_PRICING_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rh_option_model {
    RH_MODEL_BSM,       /* S spot, r, q */
    RH_MODEL_BLACK76,   /* S is the forward, discounted at r; q unused */
    RH_MODEL_INVERSE    /* S is the forward F; price = Black(F, K, T, r=0) / F in coin; no r, q */
} rh_option_model;

/* Derivatives of `price` with respect to S (the forward for the last two models). The coin price
 * of an inverse option falls when the coin it is paid in rises: delta = dc/dF = +-(K/F^2) N(+-d2),
 * and F * delta is what hedges a coin P&L ("net delta"). */
typedef struct rh_greeks {
    double price, delta, gamma, vega, theta, rho;
    double vanna, volga, speed;
} rh_greeks;

/* How far below 0 rT and qT of an option may be. */
#define RH_GROWTH_MAX 0x1p40

/* Limits are values: T = 0 or sigma = 0 give the discounted intrinsic value and its derivatives
 * (delta 1/2 of the jump at the kink; gamma, vega, vanna, volga and speed 0 there as well), S = 0
 * the worthless limit. NaN or an infinity in gives NaN; negative S, K, T or sigma give NaN, and so
 * do rT or qT below -RH_GROWTH_MAX. A result beyond double is an infinity. */
void rh_option_greeks(rh_option_model model, bool is_call, double S, double K, double T, double r,
                      double q, double sigma, rh_greeks *out);
double rh_option_price(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma);
double rh_option_delta(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma);

/* Every greek: the name in structs and CSV columns. usd_price, usd_delta and net_delta belong to
 * the inverse model (price F, +-N(+-d1), F delta) and are 0 in the others, as is a derivative with
 * respect to a rate that the model does not use. theta, charm, veta and color are calendar (-d/dT)
 * per year; phi = dV/dq; vega, vanna, volga, zomma, ultima per 1.00 of vol; dual: d/dK, d2/dK2. */
#define RH_GREEK_MAP(X)                                                                            \
    X(price) X(delta) X(gamma) X(vega) X(theta) X(rho) X(phi) X(vanna) X(volga) X(charm) X(veta)   \
    X(speed) X(color) X(zomma) X(ultima) X(dual_delta) X(dual_gamma) X(usd_price) X(usd_delta)     \
    X(net_delta)

typedef enum rh_greek {
#define X(name) RH_GREEK_##name,
    RH_GREEK_MAP(X)
#undef X
    RH_GREEKS
} rh_greek;

typedef struct rh_greeks_full {
#define X(name) double name;
    RH_GREEK_MAP(X)
#undef X
} rh_greeks_full;

/* What an answer is. NaN and DOMAIN (a negative S, K, T or sigma, an infinity, or rT or qT below
 * -RH_GROWTH_MAX): all NaN, and nothing is NaN otherwise.
 * LIMIT: nothing is random (T, sigma, S or K is 0); the values are those of the limit. */
enum { RH_GREEKS_NAN = 1, RH_GREEKS_DOMAIN = 2, RH_GREEKS_LIMIT = 4 };

/* Returns flags of the enum above, 0 for an ordinary option. */
unsigned rh_option_greeks_full(rh_option_model model, bool is_call, double S, double K, double T,
                               double r, double q, double sigma, rh_greeks_full *out);

/* Options of one model as a structure of arrays, any subset of greeks in one pass; each value has
 * the bits of rh_option_greeks_full, whatever vectors the processor has. */
typedef struct rh_greeks_batch {
    rh_option_model model;
    size_t count;
    const double *S, *K, *T, *r, *q, *sigma;    /* r or q NULL: 0 */
    const signed char *sign;                    /* +1 call, -1 put */
    double *out[RH_GREEKS];                     /* by rh_greek; NULL is not wanted; no overlap */
} rh_greeks_batch;
/* Returns the flags of all options together. */
unsigned rh_option_greeks_batch(const rh_greeks_batch *batch);

/* "price", "delta", ... of greek; RH_GREEKS of them. */
const char *rh_greek_name(rh_greek greek);

/* What rh_implied_vol found. X(name, text): the text is what rh_vol_status_name gives. */
#define RH_VOL_STATUS_MAP(X)                                                                       \
    X(OK, "ok")                             /* *sigma is the answer */                             \
    X(BELOW_INTRINSIC, "below_intrinsic")   /* no vol is low enough; a negative price as well */   \
    X(ABOVE_MAXIMUM, "above_maximum")       /* no vol is high enough */                            \
    X(LOST_IN_ROUNDING, "lost_in_rounding") /* half an ulp or less from a bound: any vol down */   \
                                            /* to 0, or up to infinity, has this price */          \
    X(ZERO_TIME, "zero_time")               /* T = 0: no price depends on vol */                   \
    X(DOMAIN, "domain")                     /* NaN, infinite, or S, K not positive, T negative */

typedef enum rh_vol_status {
#define X(name, text) RH_VOL_##name,
    RH_VOL_STATUS_MAP(X)
#undef X
} rh_vol_status;

/* The vol at which the model has this price, to the last digit that the price determines (about 3
 * ulp where it determines more). 0 for a price of 0 at the money. Not RH_VOL_OK: *sigma is NaN. */
rh_vol_status rh_implied_vol(rh_option_model model, bool is_call, double S, double K, double T,
                             double r, double q, double price, double *sigma);

/* Options of one model as a structure of arrays; each answer has the bits of rh_implied_vol. */
typedef struct rh_vol_batch {
    rh_option_model model;
    size_t count;
    const double *S, *K, *T, *r, *q, *price;    /* r or q NULL: 0 */
    const signed char *sign;                    /* +1 call, -1 put */
    double *sigma;                              /* NaN where the status is not RH_VOL_OK */
    rh_vol_status *status;                      /* NULL: not wanted */
} rh_vol_batch;
/* Returns how many are RH_VOL_OK. No overlap of inputs and outputs. */
size_t rh_implied_vol_batch(const rh_vol_batch *batch);

/* "ok", "below_intrinsic", ... Static storage. */
const char *rh_vol_status_name(rh_vol_status status);

/* American options on a spot with carry. `boundary` is the price at and beyond which it is
 * exercised now: 0 for a put, infinity for a call, that never is. Units as in rh_greeks; theta from
 * the pricing equation (0 where it is exercised), vega and rho by differences of the price. */
typedef struct rh_american {
    double price, delta, gamma, vega, theta, rho, boundary;
} rh_american;

/* Andersen, Lake & Offengenden 2016: within 1e-8 K from a vol of 0.02% on, rho less so below 0.3%
 * (docs/pricing.md). False, and NaN everywhere: NaN, an infinity, S or K not positive, T or sigma
 * negative, |rT| or |qT| above 30, sigma sqrt T above 20, rates that make two boundaries (put: q <
 * r < 0, call: r < q < 0); and a boundary that is not found, which was seen only where qT of a put,
 * rT of a call, is below -12. At T = 0 or sigma = 0 the slopes are those of the best moment of a
 * certain path, half of them at a kink. */
bool rh_american_greeks(bool is_call, double S, double K, double T, double r, double q,
                        double sigma, rh_american *out);
double rh_american_price(bool is_call, double S, double K, double T, double r, double q,
                         double sigma);
/* Barone-Adesi & Whaley 1987, the quadratic approximation, thirty times as fast: within 2e-3 K up
 * to a year and a vol of 50%, 2e-2 K up to three years and 100%, 0.06 K up to ten, 0.2 K up to
 * thirty (rates to 12%). */
double rh_american_baw(bool is_call, double S, double K, double T, double r, double q,
                       double sigma);

/* American options as a structure of arrays, any subset of the results; each has the bits of
 * rh_american_greeks. Vega and rho cost as much again as all the others. */
typedef struct rh_american_batch {
    size_t count;
    const double *S, *K, *T, *r, *q, *sigma;    /* r or q NULL: 0 */
    const signed char *sign;                    /* +1 call, -1 put */
    double *price, *delta, *gamma, *vega, *theta, *rho, *boundary;  /* NULL is not wanted */
} rh_american_batch;
/* Returns for how many options there is no answer. */
size_t rh_american_greeks_batch(const rh_american_batch *batch);
/* rh_american_baw of each, to `price`. */
void rh_american_baw_batch(const rh_american_batch *batch);

#ifdef __cplusplus
}
#endif
#endif
