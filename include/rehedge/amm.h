/* Liquidity positions of constant-product pools as instruments: value, greeks, impermanent loss,
 * loss-versus-rebalancing. Pure functions of numbers; fees earned, ticks and integer amounts of a
 * real pool are not here. P is the pool's price, quote per unit of the asset. Sums have terms of
 * one sign, so that each result is right to some ulps, beside a range's end too. docs/pricing.md.
 * */
#ifndef REHEDGE_AMM_H
#define REHEDGE_AMM_H

#ifdef __cplusplus
extern "C" {
#endif

/* One position, in units of the quote token and of the price P. */
typedef struct rh_lp {
    double value;   /* quote + P delta */
    double delta;   /* dV/dP, which is also the amount of the asset it holds */
    double gamma;   /* d2V/dP2 <= 0; 0 outside the range and at its ends */
    double quote;   /* the amount of the quote token it holds */
} rh_lp;

/* Uniswap v2: reserves x y = L^2, x = L/sqrt(P), y = L sqrt(P) (Adams, Zinsmeister & Robinson, v2
 * Core whitepaper, 2020): V = 2 L sqrt(P), delta L/sqrt(P), gamma -L/2 P^-1.5. `liquidity` is L =
 * sqrt(x y), or the position's share of it. Returns flags as rh_option_greeks_full does:
 * RH_GREEKS_NAN or RH_GREEKS_DOMAIN (liquidity or P negative or infinite) and NaN everywhere;
 * RH_GREEKS_LIMIT at P = 0, where V = 0, delta = inf, gamma = -inf (L = 0: all 0). */
unsigned rh_lp_v2(double liquidity, double P, rh_lp *out);

/* Uniswap v3 on [lower, upper] (Adams et al., v3 Core whitepaper, 2021, sections 2 and 6.2): with c
 * = P moved into the range, x = L (1/sqrt(c) - 1/sqrt(upper)), y = L (sqrt(c) - sqrt(lower)) and V
 * = P x + y, which in the range is L (2 sqrt(P) - P/sqrt(upper) - sqrt(lower)). Value and delta are
 * continuous at both ends. lower may be 0 and upper infinity: together they are rh_lp_v2, bit for
 * bit. Flags as above; RH_GREEKS_DOMAIN as well where not lower < upper. */
unsigned rh_lp_v3(double liquidity, double lower, double upper, double P, rh_lp *out);

/* Value against holding the two tokens of the start, as a fraction of the latter, <= 0, for a price
 * that became `ratio` times what it was: 2 sqrt(k)/(1 + k) - 1 = -(1 - sqrt k)^2/(1 + k),
 * relatively exact near k = 1; -1 at 0 and at infinity. NaN where ratio is negative or NaN. */
double rh_lp_v2_impermanent_loss(double ratio);
/* The same for a range, from price P0 to P, fees not counted: with x0, y0 held at P0, (V(P) - x0 P
 * - y0) / (x0 P + y0). 0 where the position never changed. NaN where a price is NaN, negative or
 * infinite, P0 = 0, or not 0 <= lower < upper; upper may be infinity. */
double rh_lp_v3_impermanent_loss(double lower, double upper, double P0, double P);

/* What arbitrage takes from the position, quote per year: sigma^2 P^2 |gamma| / 2 = L sigma^2/4
 * sqrt(P) inside the range, 0 outside; on (0, inf) it is sigma^2/8 V (Milionis, Moallemi,
 * Roughgarden & Zhang, "Automated Market Making and Loss-Versus-Rebalancing", 2022, Theorem 1 and
 * the example of constant product). NaN for the inputs that rh_lp_v3 flags, and for a sigma that is
 * NaN, negative or infinite. */
double rh_lp_lvr_rate(double liquidity, double lower, double upper, double P, double sigma);

#ifdef __cplusplus
}
#endif
#endif
