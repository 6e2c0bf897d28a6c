/* Implied volatility surfaces: SVI slices and SSVI fitted to quotes, arbitrage found and repaired,
 * the surface between its slices, the delta that a dynamics of the smile implies. Pure functions of
 * numbers, memory is the caller's. k = ln(K/F) with the expiry's forward F, w = vol^2 T; vol a
 * fraction per sqrt(year), T in years of 365 days. [GJ] is Gatheral & Jacquier, "Arbitrage-free SVI
 * volatility surfaces", Quantitative Finance 14(1), 2014. See docs/pricing.md. */
#ifndef REHEDGE_SURFACE_H
#define REHEDGE_SURFACE_H

#include <stdbool.h>
#include <stddef.h>

#include "rehedge/pricing.h"
#include "rehedge/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- one slice ------------------------------------------------------------------------------ */

/* Raw SVI, w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)) ([GJ] 3.1). b >= 0, |rho| <= 1,
 * sigma > 0; w is nowhere negative when a + b sigma sqrt(1 - rho^2) >= 0. */
typedef struct rh_svi {
    double a, b, rho, m, sigma;
} rh_svi;

/* w, dw/dk, d2w/dk2 at k. */
typedef struct rh_total_variance {
    double w, dw, d2w;
} rh_total_variance;
rh_total_variance rh_svi_at(const rh_svi *svi, double k);

/* Durrleman's g ([GJ] 2.1): (1 - k w'/2w)^2 - w'^2/4 (1/w + 1/4) + w''/2. The density of ln K is g
 * times something positive: g < 0 is a butterfly of negative price. NaN where w <= 0. */
double rh_svi_durrleman(const rh_svi *svi, double k);

/* SVI jump-wings ([GJ] 3.5): v at-the-money variance w(0)/T, psi = w'(0) / (2 sqrt(w(0))) the skew,
 * p and c the slopes b (1 -+ rho) / sqrt(w(0)) of the wings, v_min the least variance. */
typedef struct rh_svi_jw {
    double v, psi, p, c, v_min;
} rh_svi_jw;
rh_svi_jw rh_svi_to_jw(const rh_svi *svi, double T);
/* [GJ] Lemma 3.2. False, and *svi untouched: no raw slice has these numbers. */
bool rh_svi_from_jw(const rh_svi_jw *jw, double T, rh_svi *svi);

/* --- fitting -------------------------------------------------------------------------------- */

/* `weight` multiplies the squared error of the vol; only their ratios matter. */
typedef struct rh_vol_quote {
    double k, vol, weight;
} rh_vol_quote;

typedef struct rh_expiry_quotes {
    double T;
    const rh_vol_quote *quotes;
    size_t count;
} rh_expiry_quotes;

enum { RH_SVI_QUOTES_MIN = 5 };

/* Boxes of the outer search, and what the inner solution must keep. b (1 + |rho|) <= wing_max: 2 is
 * Lee's bound (Math. Finance 14(3), 2004). w_min: least total variance anywhere. */
typedef struct rh_svi_bounds {
    double m_low, m_high, sigma_low, sigma_high, rho_max, wing_max, w_min;
} rh_svi_bounds;
/* From the range of the quotes, one at least: m within a quarter of it beyond, sigma from 1/200 of
 * the width to the width (more would only bend the wings), |rho| <= 0.999, wings up to 2, a
 * thousandth of the least quoted variance. */
rh_svi_bounds rh_svi_bounds_of(const rh_expiry_quotes *expiry);

/* The quasi-explicit calibration of De Marco & Martini (Zeliade Systems, 2009): for each (m, sigma)
 * the best (a, b sigma, rho b sigma) is the solution of a convex problem, exact on all faces of the
 * bounds; (m, sigma) by a fixed grid and Nelder-Mead from its best points. Minimises
 * sum weight (w(k) - vol^2 T)^2 / (2 vol T)^2, the squared error of the vol to first order.
 * `bounds` NULL: rh_svi_bounds_of. `work`: 4 count doubles. RH_DOMAIN: fewer than
 * RH_SVI_QUOTES_MIN quotes, fewer than 3 different k, a number that is none (T, vol > 0, weight >=
 * 0, |k| < 20), or bounds that leave nothing (sigma_low > 0, 0 <= rho_max <= 1, others from 0). */
rh_status rh_svi_fit(const rh_expiry_quotes *expiry, const rh_svi_bounds *bounds, double *work,
                     rh_svi *svi);

/* Absolute errors of the vol over the quotes with a weight, unweighted; 0.01 is a vol point. */
typedef struct rh_fit_error {
    double rms, median, p95, max;
    size_t count;
} rh_fit_error;
/* `work`: count doubles; left there: the errors in ascending order. */
rh_fit_error rh_svi_error(const rh_svi *svi, const rh_expiry_quotes *expiry, double *work);
/* The same of any absolute errors, which it sorts: those of many expiries, say. p95: the nearest
 * rank. */
rh_fit_error rh_fit_error_of(double *errors, size_t count);

/* --- SSVI across expiries ------------------------------------------------------------------- */

/* w(k, theta) = theta/2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)) ([GJ] 4.1), theta the
 * at-the-money total variance, phi = eta / (theta^gamma (1 + theta)^(1 - gamma)) ([GJ] 4.5). */
typedef struct rh_ssvi {
    double rho, eta, gamma;
} rh_ssvi;
double rh_ssvi_phi(const rh_ssvi *ssvi, double theta);
rh_svi rh_ssvi_slice(const rh_ssvi *ssvi, double theta);   /* the same slice as raw SVI */

/* Whether slices at these theta, in the order of expiry, are free of static arbitrage: theta not
 * decreasing, 0 < gamma <= 1 ([GJ] Theorem 4.1: then no calendar spread), theta phi (1 + |rho|) < 4
 * and theta phi^2 (1 + |rho|) <= 4 (Theorem 4.2: no butterfly) at each theta. */
bool rh_ssvi_is_free(const rh_ssvi *ssvi, const double *theta, size_t count);

/* All quotes at once under those conditions; expiries ascending. theta: `count` of them, out.
 * (rho, eta, gamma) by Nelder-Mead, each theta by Gauss-Newton, ascending by isotonic regression.
 * `work`: rh_surface_work(expiries, count) doubles. RH_DOMAIN as rh_svi_fit, but one quote per
 * expiry is enough. */
size_t rh_surface_work(const rh_expiry_quotes *expiries, size_t count);
rh_status rh_ssvi_fit(const rh_expiry_quotes *expiries, size_t count, double *work, rh_ssvi *ssvi,
                      double *theta);

/* --- the surface ---------------------------------------------------------------------------- */

typedef struct rh_slice {
    double T, forward;
    rh_svi svi;
    double k_low, k_high;       /* the range that was quoted; k_low <= k_high, finite */
} rh_slice;

/* Slices of one underlying, T strictly ascending. `spot` is the forward at T = 0; 0: unknown. */
typedef struct rh_surface {
    const rh_slice *slices;
    size_t count;
    double spot;
} rh_surface;
/* RH_DOMAIN: no slice, T not ascending from above 0, a forward not positive, w negative somewhere,
 * or parameters outside their range. */
rh_status rh_surface_check(const rh_surface *surface);

/* Log-linear between the expiries (constant carry), and from the spot; before the first without a
 * spot, and after the last of a single one, constant; after the last with the carry of the last
 * interval. */
double rh_surface_forward(const rh_surface *surface, double T);

/* w linear in T along constant k = ln(K/F(T)); before the first and after the last expiry its slice
 * scaled by T, so that the vol is constant there. What interpolates two slices without calendar
 * arbitrage has none. T > 0. */
rh_total_variance rh_surface_variance(const rh_surface *surface, double k, double T);

typedef struct rh_surface_point {
    double forward, k, vol;
    double w, dw_dk, d2w_dk2, dvol_dk;
} rh_surface_point;
/* NaN everywhere: K or T not positive. */
rh_surface_point rh_surface_at(const rh_surface *surface, double K, double T);

/* --- arbitrage ------------------------------------------------------------------------------ */

typedef enum rh_arbitrage_kind {
    RH_ARBITRAGE_BUTTERFLY,     /* worst: the least g, below 0 */
    RH_ARBITRAGE_WING,          /* worst: b (1 + |rho|) - 2, Lee's bound exceeded; k infinite */
    RH_ARBITRAGE_CALENDAR       /* worst: the least w(next) / w(this) - 1, below 0 */
} rh_arbitrage_kind;

/* One interval of log-moneyness. `slice` is the earlier one of a calendar spread. Where the slopes
 * of two wings cross, the interval ends at infinity. */
typedef struct rh_arbitrage {
    rh_arbitrage_kind kind;
    size_t slice;
    double k_low, k_high, k_worst, worst;
    bool quoted;                /* overlaps the range that was quoted (in both slices) */
} rh_arbitrage;

/* Looks at every slice on 264 points and at every pair of neighbours on 425, dense around the
 * vertices, evenly over the quotes, out to |k - m| = 20 at least; at dips in between; and in the
 * limits. Returns how many intervals there are; the first `capacity` of them are in `list`.
 * Tolerance: g 1e-9, w 1e-9 of itself. The surface must have passed rh_surface_check. */
size_t rh_surface_arbitrage(const rh_surface *surface, rh_arbitrage *list, size_t capacity);

/* Refits the slices until rh_surface_arbitrage finds nothing: least squares, penalties on g < 0,
 * on crossing a neighbour and on wings beyond Lee's bound (in the way of [GJ] 5.2); first with both
 * neighbours, so that two slices that cross share the cost, the penalties growing; then upwards in
 * T, each slice until it is clean above the one before. Should one not become so, it is replaced
 * by the one before, raised by the best constant that keeps it clean (the first: by a flat smile);
 * *replaced counts these, and the result is clean by construction. `quotes`: those of each slice.
 * `work`: rh_surface_work(quotes, count) doubles. RH_DOMAIN: no surface, or bad quotes (as
 * rh_ssvi_fit); the slices are untouched then. */
rh_status rh_surface_repair(rh_slice *slices, size_t count, const rh_expiry_quotes *quotes,
                            double *work, size_t *replaced);

/* --- dynamics ------------------------------------------------------------------------------- */

/* What the vol of a given option (K, T) does when the forward moves. With s(k) the smile now:
 * STRIKE    it stays: d vol/dF = 0.
 * MONEYNESS the smile is a function of K/F: d vol/dF = -s'(k) / F.
 * DELTA     the smile is a function of the Black delta N(d1), which itself depends on the vol:
 *           vol = f(N(d1(K, F, vol))), f fixed by the smile now, differentiated implicitly. N(d1)
 *           is a function of k and vol, so this is the same number as MONEYNESS wherever the smile
 *           is a function of delta at all, d1 falling in k (true without butterfly arbitrage:
 *           Fukasawa, Math. Finance 22(4), 2012); NaN where it is not.
 * TREE      short-dated local vol, a function of ln K + ln F near the money: d vol/dF = +s'(k) / F.
 * Derman, "Regimes of volatility", Goldman Sachs 1999; Daglish, Hull & Suo, "Volatility surfaces:
 * theory, rules of thumb, and empirical evidence", Quantitative Finance 7(5), 2007. */
typedef enum rh_smile_dynamics {
    RH_STICKY_STRIKE, RH_STICKY_MONEYNESS, RH_STICKY_DELTA, RH_STICKY_TREE, RH_STICKY_RULES
} rh_smile_dynamics;
/* "sticky_strike", ... Static storage. */
const char *rh_smile_dynamics_name(rh_smile_dynamics dynamics);

/* d vol/dF at fixed K, per 1.00 of the forward. `forward` is where it is now. */
double rh_surface_dvol_dforward(const rh_surface *surface, rh_smile_dynamics dynamics,
                                double forward, double K, double T);

typedef struct rh_smile_delta {
    double vol, price;
    double dvol_dS;         /* S as the model has it: spot or forward */
    double black_delta;     /* dV/dS at constant vol */
    double delta;           /* dV/dS with the vol moving: black_delta + vega dvol_dS */
    double usd_delta;       /* inverse: price + S delta, the one to compare with an exchange's; */
    double net_delta;       /* inverse: S delta; else both are delta */
} rh_smile_delta;
/* The option (S, K, T, r, q as in rh_option_greeks) at the surface's vol for its K/F, F from S.
 * NaN: as there, or T = 0. */
rh_smile_delta rh_surface_delta(const rh_surface *surface, rh_smile_dynamics dynamics,
                                rh_option_model model, bool is_call, double S, double K, double T,
                                double r, double q);

#ifdef __cplusplus
}
#endif
#endif
