/* Dated and perpetual futures, linear and inverse: fair price, basis, derivatives, funding. Must
 * not know a venue: intervals and rates are arguments. Invariant: a basis and a P&L are computed as
 * such, never as the difference of two prices. */
#include <float.h>
#include <math.h>

#include "math/kernels.h"
#include "pricing/log_quotient.h"
#include "rehedge/contracts.h"

#define CARRY_MAX 700.0         /* of |(r - q) T|: its exponential stays within double */

static bool positive_finite(double x)
{
    return x > 0.0 && x <= DBL_MAX;
}

static bool finite(double x)
{
    return fabs(x) <= DBL_MAX;
}

static void set_nan(rh_future *out)
{
    double nan = (double)NAN;
    *out = (rh_future){nan, nan, nan, nan, nan, nan};
}

unsigned rh_future_dated(double S, double T, double r, double q, rh_future *out)
{
    set_nan(out);
    if (isnan(S) || isnan(T) || isnan(r) || isnan(q)) return RH_GREEKS_NAN;
    double carry = r - q;
    bool known = S >= 0.0 && T >= 0.0 && finite(S) && finite(T) && finite(r) && finite(q);
    if (!known || !(fabs(carry * T) <= CARRY_MAX)) return RH_GREEKS_DOMAIN;
    double growth = rh_exp(carry * T), price = S * growth;
    *out = (rh_future){price, S * rh_expm1(carry * T), growth, -carry * price, T * price,
                       -T * price};
    return S == 0.0 || T == 0.0 ? RH_GREEKS_LIMIT : 0;
}

double rh_future_carry(double S, double price, double T)
{
    bool known = positive_finite(S) && positive_finite(price) && positive_finite(T);
    return known ? rh_log_quotient(price, S) / T : (double)NAN;
}

unsigned rh_future_perpetual(bool inverse, double S, double anchoring, double interest, double r,
                             double q, rh_future *out)
{
    set_nan(out);
    if (isnan(S) || isnan(anchoring) || isnan(interest) || isnan(r) || isnan(q))
        return RH_GREEKS_NAN;
    double carry = r - q, top = inverse ? anchoring + carry : anchoring - interest;
    double bottom = inverse ? anchoring + interest : anchoring - carry;
    if (!(S >= 0.0 && finite(S) && positive_finite(top) && positive_finite(bottom)))
        return RH_GREEKS_DOMAIN;
    double ratio = top / bottom, rho = S / bottom * (inverse ? 1.0 : ratio);
    *out = (rh_future){S * ratio, S * ((carry - interest) / bottom), ratio, 0.0, rho, -rho};
    return S == 0.0 ? RH_GREEKS_LIMIT : 0;
}

unsigned rh_inverse_future_greeks(double notional, double entry, double price,
                                  rh_inverse_future *out)
{
    double nan = (double)NAN;
    *out = (rh_inverse_future){nan, nan, nan, nan, nan, nan, nan};
    if (isnan(notional) || isnan(entry) || isnan(price)) return RH_GREEKS_NAN;
    if (!finite(notional) || !positive_finite(entry) || !positive_finite(price))
        return RH_GREEKS_DOMAIN;
    double net = notional / price, usd = notional * ((price - entry) / entry);
    *out = (rh_inverse_future){.coin = usd / price, .coin_delta = net / price,
                               .coin_gamma = -2.0 * (net / price / price), .net_delta = net,
                               .usd = usd, .usd_delta = notional / entry};
    return 0;
}

double rh_future_funding(bool inverse, double size, double price, double rate, double periods)
{
    if (!positive_finite(price)) return (double)NAN;
    return (inverse ? size / price : size * price) * rate * periods;
}
