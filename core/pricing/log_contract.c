/* The log contract with every greek: what a variance swap is replicated by. Numbers in, numbers
 * out. Invariant: ln(S/K) is right beside S = K too, where the quotient has lost its distance. */
#include <float.h>
#include <math.h>

#include "math/kernels.h"
#include "pricing/claim.h"
#include "pricing/log_contract.h"
#include "pricing/log_quotient.h"
#include "rehedge/contracts.h"

#define RATE_MAX 700.0          /* of |rT| and |qT|: their exponentials stay within double */

static unsigned flags_of(double S, double K, double T, double r, double q, double sigma)
{
    if (isnan(S) || isnan(K) || isnan(T) || isnan(r) || isnan(q) || isnan(sigma))
        return RH_GREEKS_NAN;
    bool positive = S >= 0.0 && K > 0.0 && T >= 0.0 && sigma >= 0.0;
    bool finite = S <= DBL_MAX && K <= DBL_MAX && T <= DBL_MAX && sigma <= DBL_MAX &&
                  fabs(r) <= DBL_MAX && fabs(q) <= DBL_MAX;
    bool rates = fabs(r * T) <= RATE_MAX && fabs(q * T) <= RATE_MAX;
    if (!positive || !finite || !rates) return RH_GREEKS_DOMAIN;
    return S == 0.0 || T == 0.0 || sigma == 0.0 ? RH_GREEKS_LIMIT : 0;
}

unsigned rh_log_contract_greeks(double S, double K, double T, double r, double q, double sigma,
                                rh_greeks_full *out)
{
    unsigned flags = flags_of(S, K, T, r, q, sigma);
    if (flags & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) return rh_claim_refuse(flags, out);
    S = fabs(S);
    double discount = rh_log_contract_discount(r, T), drift = (r - q) - 0.5 * sigma * sigma;
    double log_ratio = S > 0.0 ? rh_log_quotient(S, K) : -HUGE_VAL;
    double mean = T > 0.0 ? drift * T : 0.0; /* sigma^2 may be beyond double */
    double value = discount * (log_ratio + mean), per_S = rh_log_contract_delta(discount, S);
    *out = (rh_greeks_full){.price = value, .delta = per_S, .gamma = -per_S / S};
    out->speed = 2.0 * per_S / S / S;
    out->vega = -discount * sigma * T;
    out->volga = -discount * T;
    out->veta = discount * sigma * (1.0 - r * T);
    out->theta = -discount * drift;
    if (r != 0.0) {
        out->theta += r * value;
        out->charm = r * out->delta;
        out->color = r * out->gamma;
    }
    if (T > 0.0) {
        out->rho = T * (discount - value);
        out->phi = -T * discount;
    }
    out->dual_delta = -discount / K;
    out->dual_gamma = discount / K / K;
    return rh_claim_answer(flags, out);
}
