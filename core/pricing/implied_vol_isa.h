/* Implied volatility for one instruction set, under the name RH_IMPLIED_VOL: included by the two
 * translation units that instantiate it and, with RH_IMPLIED_VOL_DECLARE, by the dispatcher. */
#include "rehedge/pricing.h"

rh_vol_status RH_IMPLIED_VOL(rh_option_model model, bool is_call, double S, double K, double T,
                             double r, double q, double price, double *sigma);

#ifndef RH_IMPLIED_VOL_DECLARE
#include "pricing/kernel_implied_vol.h"

rh_vol_status RH_IMPLIED_VOL(rh_option_model model, bool is_call, double S, double K, double T,
                             double r, double q, double price, double *sigma)
{
    return rh_vol_kernel(model, is_call, S, K, T, r, q, price, sigma);
}
#endif
