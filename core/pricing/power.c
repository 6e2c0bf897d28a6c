/* Power claims, power perpetuals and the funding that ties the one to the other. Must not know a
 * venue: periods, clamps and scales are arguments. Invariant: every derivative is a constant times
 * S to a power of its own, so that S = 0 divides nothing. */
#include <float.h>
#include <math.h>

#include "math/kernels.h"
#include "pricing/claim.h"
#include "pricing/log_quotient.h"
#include "rehedge/contracts.h"

#define GROWTH_MAX 700.0        /* of |gT|: its exponential stays within double */

/* g of V = S^p e^{gT}. */
static double growth_rate(double p, double r, double q, double sigma)
{
    return (p - 1.0) * (r + 0.5 * p * sigma * sigma) - p * q;
}

/* A factor of 0 wins over an infinite power of S = 0. */
static double term(double factor, double power_of_S)
{
    return factor == 0.0 ? 0.0 : factor * power_of_S;
}

static unsigned flags_of(double p, double S, double T, double r, double q, double sigma)
{
    if (isnan(p) || isnan(S) || isnan(T) || isnan(r) || isnan(q) || isnan(sigma))
        return RH_GREEKS_NAN;
    bool positive = S >= 0.0 && T >= 0.0 && sigma >= 0.0;
    bool finite = fabs(p) <= DBL_MAX && S <= DBL_MAX && T <= DBL_MAX && sigma <= DBL_MAX &&
                  fabs(r) <= DBL_MAX && fabs(q) <= DBL_MAX;
    if (!positive || !finite) return RH_GREEKS_DOMAIN;
    if (!(fabs(growth_rate(p, r, q, sigma) * T) <= GROWTH_MAX)) return RH_GREEKS_DOMAIN;
    return S == 0.0 || T == 0.0 || sigma == 0.0 ? RH_GREEKS_LIMIT : 0;
}

unsigned rh_power_greeks(double p, double S, double T, double r, double q, double sigma,
                         rh_greeks_full *out)
{
    unsigned flags = flags_of(p, S, T, r, q, sigma);
    if (flags & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) return rh_claim_refuse(flags, out);
    S = fabs(S);
    double g = growth_rate(p, r, q, sigma), growth = rh_exp(g * T);
    double second = p * (p - 1.0), A = second * T, Av = A * sigma, moved = A * sigma * sigma;
    double S0 = rh_pow(S, p), S1 = rh_pow(S, p - 1.0), S2 = rh_pow(S, p - 2.0);
    *out = (rh_greeks_full){.price = growth * S0, .delta = term(growth * p, S1),
                            .gamma = term(growth * second, S2),
                            .speed = term(growth * second * (p - 2.0), rh_pow(S, p - 3.0))};
    out->vega = term(growth * Av, S0);
    out->volga = term(growth * A * (1.0 + moved), S0);
    out->ultima = term(growth * A * Av * (3.0 + moved), S0);
    out->vanna = term(growth * Av * p, S1);
    out->zomma = term(growth * Av * second, S2);
    out->theta = term(-g * growth, S0);
    out->charm = term(-g * growth * p, S1);
    out->color = term(-g * growth * second, S2);
    out->veta = term(-growth * second * sigma * (1.0 + g * T), S0);
    out->rho = term(growth * (p - 1.0) * T, S0);
    out->phi = term(-growth * p * T, S0);
    return rh_claim_answer(flags, out);
}

/* --- power perpetuals ----------------------------------------------------------------------- */

static bool positive_finite(double x)
{
    return x > 0.0 && x <= DBL_MAX;
}

unsigned rh_power_perp_greeks(double p, double S, double normalisation, double scale,
                              double funding_years, double r, double q, double sigma,
                              rh_power_perp *out)
{
    double nan = (double)NAN;
    *out = (rh_power_perp){nan, nan, nan, nan, nan, nan, nan, nan, nan};
    unsigned flags = flags_of(p, S, funding_years, r, q, sigma);
    if (isnan(normalisation) || isnan(scale)) flags = RH_GREEKS_NAN;
    else if (!positive_finite(normalisation) || !positive_finite(scale))
        flags = flags == RH_GREEKS_NAN ? flags : RH_GREEKS_DOMAIN;
    if (flags & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) return flags;
    S = fabs(S);
    double g = growth_rate(p, r, q, sigma), growth = rh_exp(g * funding_years);
    double unit = normalisation * growth / scale, second = p * (p - 1.0);
    double S0 = rh_pow(S, p), S1 = rh_pow(S, p - 1.0);
    out->index = S0 / scale;
    out->mark = growth / scale * S0;
    out->price = unit * S0;
    out->coin_price = unit * S1;
    out->delta = term(unit * p, S1);
    out->gamma = term(unit * second, rh_pow(S, p - 2.0));
    out->vega = term(unit * second * sigma * funding_years, S0);
    out->theta = term(-g * unit, S0);
    out->funding_rate = g;
    return flags;
}

double rh_power_perp_vol(double p, double index, double mark, double funding_years, double r,
                         double q)
{
    double second = p * (p - 1.0);
    bool known = positive_finite(index) && positive_finite(mark) && positive_finite(funding_years);
    if (!known || !(fabs(second) <= DBL_MAX) || second == 0.0) return (double)NAN;
    double excess = rh_log_quotient(mark, index) / funding_years + p * q - (p - 1.0) * r;
    double variance = 2.0 * excess / second;
    return variance >= 0.0 && variance <= DBL_MAX ? sqrt(variance) : (double)NAN;
}

double rh_power_perp_multiplier(double index, double mark, double elapsed, double period,
                                double low, double high)
{
    bool known = positive_finite(index) && positive_finite(mark) && positive_finite(period) &&
                 positive_finite(low) && low <= high && elapsed >= 0.0 && elapsed <= DBL_MAX;
    if (!known) return (double)NAN;
    double premium = rh_log_quotient(mark, index);
    if (mark < low * index) premium = rh_log(low);
    if (mark > high * index) premium = rh_log(high);
    return rh_exp(-(elapsed / period) * premium);
}
