/* What people hedge beside options: digitals, power claims and power perpetuals, the log contract,
 * futures. Pure functions of numbers, any thread, the same bits everywhere. Units as in pricing.h:
 * vol a fraction per sqrt(year), years of 365 days, rates continuous, theta -d/dT per year, vega
 * per 1.00 of vol. Flags are those of rh_option_greeks_full: RH_GREEKS_NAN and RH_GREEKS_DOMAIN
 * give NaN everywhere, RH_GREEKS_LIMIT says that nothing is random or that S is 0. See
 * docs/pricing.md. */
#ifndef REHEDGE_CONTRACTS_H
#define REHEDGE_CONTRACTS_H

#include "rehedge/pricing.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- digitals ------------------------------------------------------------------------------- */

/* What is paid where the call (S_T > K) or put (S_T < K) ends in the money. */
typedef enum rh_digital {
    RH_DIGITAL_CASH,    /* one unit of the quote currency */
    RH_DIGITAL_ASSET    /* one unit of the asset; Black-76: the forward's price then */
} rh_digital;

/* Reiner & Rubinstein 1991; Haug, 2nd ed., section 4.19. With d1, d2 of the model, s = +1 for a
 * call, -1 for a put:
 *   BSM       cash e^{-rT} N(s d2)    asset S e^{-qT} N(s d1)
 *   Black-76  cash e^{-rT} N(s d2)    asset F e^{-rT} N(s d1)
 *   inverse   cash N(s d2) / F        asset N(s d1)        in coin; S is the forward F, no rates
 * so that in each an option is s (asset - K cash). An inverse cash digital pays 1/F_T coin. Every
 * greek of pricing.h; usd_price = F price, usd_delta = d usd_price/dF and net_delta = F delta
 * belong to the inverse model. sigma sqrt T below 2^-200 counts as 0: the certain pay-off and its
 * derivatives, half of the pay-off and 0 for what has a density at the kink. S = 0 and K = 0 are
 * the worthless or certain limits (an inverse cash put at F = 0 is infinite). RH_GREEKS_DOMAIN: S,
 * K, T or sigma negative, an infinity, |rT| or |qT| above 700, or a
 * greek that is inf - inf in double: all NaN, and nothing is NaN without a flag. Accuracy:
 * docs/pricing.md. */
unsigned rh_digital_greeks(rh_option_model model, rh_digital pays, bool is_call, double S, double K,
                           double T, double r, double q, double sigma, rh_greeks_full *out);
/* The price alone, with the same bits; it may have one where a greek has none. */
double rh_digital_price(rh_option_model model, rh_digital pays, bool is_call, double S, double K,
                        double T, double r, double q, double sigma);

/* --- power claims --------------------------------------------------------------------------- */

/* Pays S_T^p at T: V = S^p e^{gT}, g = (p-1) (r + p sigma^2/2) - p q (the p-th moment of a
 * lognormal price; Haug, 2nd ed., ch. 4, power contracts). p = 0 is a bond, p = 1 the prepaid
 * forward S e^{-qT}, p = 2 is S^2 e^{(r + sigma^2 - 2q) T}. Any finite p; S is the spot. No strike:
 * dual_delta and dual_gamma are 0. S = 0: 0, or infinite where a power is negative. T = 0 and sigma
 * = 0 are ordinary. RH_GREEKS_DOMAIN: S, T or sigma negative, an infinity, |gT| above 700, or a
 * greek that is inf - inf in double. */
unsigned rh_power_greeks(double p, double S, double T, double r, double q, double sigma,
                         rh_greeks_full *out);

/* A power perpetual (White, Robinson et al., "Power Perpetuals", 2021; Squeeth: p = 2, scale 1e4,
 * funding period 17.5 days) whose funding is paid in kind: its normalisation factor falls at the
 * rate ln(mark/index) per funding period. With constant rates and vol the fair mark is then exactly
 * the power claim of maturity `funding_years`, since the position N mark earns r where
 * ln(mark/index) = g funding_years. Prices in quote per token. */
typedef struct rh_power_perp {
    double index, mark;         /* S^p / scale; index e^{g funding_years} */
    double price, coin_price;   /* normalisation mark, and that over S */
    double delta, gamma, vega;  /* of price, at the normalisation of now; vega p(p-1) sigma f */
    double theta;               /* per year, -funding_rate price: the normalisation's fall */
    double funding_rate;        /* g = ln(mark/index) / funding_years, per year; longs pay it */
} rh_power_perp;
/* RH_GREEKS_DOMAIN as for the claim, and where normalisation or scale is not positive and finite
 * or funding_years is negative. */
unsigned rh_power_perp_greeks(double p, double S, double normalisation, double scale,
                              double funding_years, double r, double q, double sigma,
                              rh_power_perp *out);
/* The vol at which `mark` is fair: sigma^2 = 2 (ln(mark/index)/f + p q - (p-1) r) / (p (p-1)); for
 * p = 2 without rates sqrt(ln(mark/index)/f). NaN where there is none: a mark too low for any vol,
 * p 0 or 1, or index, mark or funding_years not positive and finite. */
double rh_power_perp_vol(double p, double index, double mark, double funding_years, double r,
                         double q);
/* What the normalisation factor is multiplied with after `elapsed` of a funding `period` (the same
 * unit): (index / mark)^(elapsed/period), mark moved into [low, high] times index first (Squeeth's
 * Controller, _getNewNormalizationFactor: 0.8, 1.4 and 420 hours as of 2023; venue rules change,
 * hence no constants). NaN where index, mark, period or low is not positive and finite, elapsed is
 * negative or infinite, or high < low. */
double rh_power_perp_multiplier(double index, double mark, double elapsed, double period,
                                double low, double high);

/* --- the log contract ----------------------------------------------------------------------- */

/* Pays ln(S_T / K) at T (Neuberger 1994; Demeterfi, Derman, Kamal & Zou 1999): V = e^{-rT} (ln(S/K)
 * + (r - q - sigma^2/2) T). Every greek of pricing.h; S^2 gamma = -e^{-rT} whatever S is. T = 0 and
 * sigma = 0 are ordinary; S = 0 is -infinity, its delta infinity. RH_GREEKS_DOMAIN: S, T or sigma
 * negative, K not positive, an infinity, |rT| or |qT| above 700, or a greek that is inf - inf in
 * double. */
unsigned rh_log_contract_greeks(double S, double K, double T, double r, double q, double sigma,
                                rh_greeks_full *out);

/* --- futures -------------------------------------------------------------------------------- */

typedef struct rh_future {
    double price;       /* fair, quote per unit of the asset */
    double basis;       /* price - S, without cancellation */
    double delta;       /* d price / dS; gamma is 0 */
    double theta;       /* -d price / dT per year; 0 for a perpetual */
    double rho, phi;    /* d price / dr, d price / dq */
} rh_future;

/* A dated future: price S e^{(r-q)T} (cost of carry; Hull, 8th ed., 5.6). NaN or a domain error (S
 * or T negative, an infinity, |(r-q)T| above 700) as flags; T = 0: the spot. */
unsigned rh_future_dated(double S, double T, double r, double q, rh_future *out);
/* The yearly carry that a price implies, ln(price/S) / T. NaN where S, price or T is not positive
 * and finite. */
double rh_future_carry(double S, double price, double T);

/* A perpetual whose funding is paid continuously, per year: `anchoring` times its relative premium
 * plus `interest` (1095 and 0.1095 where a premium is paid in full each 8 hours, plus 0.01%). No
 * arbitrage and constant rates make its price S (anchoring - interest) / (anchoring - r + q), and
 * for an inverse one S (anchoring + r - q) / (anchoring + interest) (Ackerer, Hugonnier & Jermann,
 * "Perpetual Futures Pricing", 2023, continuous time; derivation in docs/pricing.md).
 * RH_GREEKS_DOMAIN: S negative, an infinity, or a factor of the fraction not positive. */
unsigned rh_future_perpetual(bool inverse, double S, double anchoring, double interest, double r,
                             double q, rh_future *out);

/* An inverse (coin-settled) future or perpetual of `notional` US dollars (negative: short), bought
 * at `entry`: what it has earned and its derivatives in its own price. A P&L counted in coin is
 * hedged by net_delta, one counted in dollars by usd_delta, in units of the asset. */
typedef struct rh_inverse_future {
    double coin, coin_delta, coin_gamma;    /* notional (1/entry - 1/price), and in price */
    double net_delta;                       /* price coin_delta = notional/price */
    double usd, usd_delta, usd_gamma;       /* price coin = notional (price/entry - 1); linear */
} rh_inverse_future;
/* RH_GREEKS_DOMAIN: entry or price not positive, an infinity. */
unsigned rh_inverse_future_greeks(double notional, double entry, double price,
                                  rh_inverse_future *out);

/* Funding that a holder pays (negative: receives) for `periods` funding intervals, 1 or a part, at
 * `rate` per interval: linear `size` price rate in quote, size in units of the asset; inverse size
 * / price rate in coin, size the US dollar notional. NaN where price is not positive and finite. */
double rh_future_funding(bool inverse, double size, double price, double rate, double periods);

#ifdef __cplusplus
}
#endif
#endif
