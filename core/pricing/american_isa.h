/* American options for one instruction set, under the names RH_AMERICAN(...): included by the two
 * translation units that instantiate them and, with RH_AMERICAN_DECLARE, by the dispatcher. */
#include "pricing/kernel_american.h"

bool RH_AMERICAN(value)(bool is_call, double S, double K, double T, double r, double q,
                        double sigma, rh_american_value *out);
double RH_AMERICAN(baw)(bool is_call, double S, double K, double T, double r, double q,
                        double sigma);

#ifndef RH_AMERICAN_DECLARE
bool RH_AMERICAN(value)(bool is_call, double S, double K, double T, double r, double q,
                        double sigma, rh_american_value *out)
{
    return rh_american_kernel(is_call, S, K, T, r, q, sigma, out);
}

double RH_AMERICAN(baw)(bool is_call, double S, double K, double T, double r, double q,
                        double sigma)
{
    return rh_baw_kernel(is_call, S, K, T, r, q, sigma);
}
#endif
