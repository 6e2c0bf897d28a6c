/* Liquidity positions of constant-product pools: value, greeks, impermanent loss, loss-versus-
 * rebalancing. Must know no pool, fee or tick. Invariant: differences of roots are taken as (a - b)
 * / (sqrt a + sqrt b), and sums have terms of one sign, so that nothing cancels; v2 is the range
 * from 0 to infinity. */
#include <float.h>
#include <math.h>

#include "rehedge/amm.h"
#include "rehedge/pricing.h"

/* sqrt(a) - sqrt(b), a >= b >= 0, a > 0. */
static double root_gap(double a, double b)
{
    return (a - b) / (sqrt(a) + sqrt(b));
}

/* 1/sqrt(c) - 1/sqrt(upper), 0 <= c <= upper: the asset held per unit of liquidity. */
static double inverse_root_gap(double c, double upper)
{
    if (upper > DBL_MAX) return 1.0 / sqrt(c);
    return root_gap(upper, c) / sqrt(upper) / sqrt(c);
}

static double clamp(double P, double lower, double upper)
{
    return P < lower ? lower : P > upper ? upper : P;
}

static unsigned range_flags(double liquidity, double lower, double upper, double P)
{
    if (isnan(liquidity) || isnan(lower) || isnan(upper) || isnan(P)) return RH_GREEKS_NAN;
    bool finite = liquidity <= DBL_MAX && lower <= DBL_MAX && P <= DBL_MAX;
    bool positive = liquidity >= 0.0 && lower >= 0.0 && P >= 0.0;
    return finite && positive && lower < upper ? 0 : RH_GREEKS_DOMAIN;
}

/* Whether the amounts change with the price at P; a range that begins at 0 includes it. */
static bool moves(double lower, double upper, double P)
{
    return P < upper && (P > lower || lower == 0.0);
}

unsigned rh_lp_v3(double liquidity, double lower, double upper, double P, rh_lp *out)
{
    double nan = (double)NAN, L = liquidity;
    *out = (rh_lp){nan, nan, nan, nan};
    unsigned flags = range_flags(L, lower, upper, P);
    if (flags) return flags;
    *out = (rh_lp){0};
    P = fabs(P); /* -0 */
    lower = fabs(lower);
    if (P == 0.0) flags = RH_GREEKS_LIMIT;
    if (L == 0.0) return flags;
    double c = clamp(P, lower, upper), root = sqrt(c);
    out->delta = L * inverse_root_gap(c, upper);
    out->quote = c > 0.0 ? L * root_gap(c, lower) : 0.0;
    out->value = out->quote + (P > 0.0 ? P * out->delta : 0.0);
    if (moves(lower, upper, P)) out->gamma = -0.5 * L / root / P;
    return flags;
}

unsigned rh_lp_v2(double liquidity, double P, rh_lp *out)
{
    return rh_lp_v3(liquidity, 0.0, HUGE_VAL, P, out);
}

double rh_lp_v2_impermanent_loss(double ratio)
{
    if (!(ratio >= 0.0)) return (double)NAN;
    if (ratio > DBL_MAX) return -1.0;
    double gap = (1.0 - ratio) / (1.0 + sqrt(ratio));
    return -(gap * gap / (1.0 + ratio));
}

/* V(P) - x0 P - y0 per unit of liquidity, with the prices of the range c0 and c1: -(sqrt c1 - sqrt
 * c0) (P - sqrt(c0 c1)) / sqrt(c0 c1), where P lies on the far side of c1 from c0. */
double rh_lp_v3_impermanent_loss(double lower, double upper, double P0, double P)
{
    if (range_flags(1.0, lower, upper, P) || !(P0 > 0.0 && P0 <= DBL_MAX)) return (double)NAN;
    double c0 = clamp(P0, lower, upper), c1 = clamp(P, lower, upper);
    if (c0 == c1) return 0.0;
    double gap = c1 > c0 ? root_gap(c1, c0) : root_gap(c0, c1);
    double beyond = P == c1 ? 0.0 : fabs(P - c1) / sqrt(c1);
    double loss = gap / sqrt(c0) * (beyond + gap);
    double held = P * inverse_root_gap(c0, upper) + root_gap(c0, lower);
    return -fmin(loss / held, 1.0);
}

double rh_lp_lvr_rate(double liquidity, double lower, double upper, double P, double sigma)
{
    bool vol = sigma >= 0.0 && sigma <= DBL_MAX;
    if (range_flags(liquidity, lower, upper, P) || !vol) return (double)NAN;
    return moves(lower, upper, P) ? 0.25 * liquidity * sigma * sigma * sqrt(P) : 0.0;
}
