/* The delta of the log contract alone, inline for who asks at every step of a path. Pure; the same
 * bits as rh_log_contract_greeks for ordinary arguments. */
#ifndef RH_PRICING_LOG_CONTRACT_H
#define RH_PRICING_LOG_CONTRACT_H

#include "math/kernels.h"

static inline double rh_log_contract_discount(double r, double T)
{
    return rh_exp(-(r * T));
}

static inline double rh_log_contract_delta(double discount, double S)
{
    return discount / S;
}

#endif
