/* The functions of one instruction set, under the names RH_OPTION(...): included by exactly the
 * translation units that instantiate them, and, with RH_OPTION_DECLARE, by the dispatcher. */
#include "pricing/option.h"

void RH_OPTION(greeks)(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma, rh_greeks *out);
double RH_OPTION(price)(rh_option_model model, bool is_call, double S, double K, double T, double r,
                        double q, double sigma);
double RH_OPTION(delta)(rh_option_model model, bool is_call, double S, double K, double T, double r,
                        double q, double sigma);
void RH_OPTION(delta_batch)(const rh_delta_batch *batch, double S);

#ifndef RH_OPTION_DECLARE
#include "pricing/kernel_option.h"

void RH_OPTION(greeks)(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma, rh_greeks *out)
{
    rh_greeks_kernel(model, is_call, S, K, T, r, q, sigma, out);
}

double RH_OPTION(price)(rh_option_model model, bool is_call, double S, double K, double T, double r,
                        double q, double sigma)
{
    rh_option_point point;
    if (!rh_option_point_set(&point, model, is_call, S, K, T, r, q, sigma)) return (double)NAN;
    rh_option_legs legs = rh_option_legs_of(&point);
    return rh_price_of(model, &point, &legs);
}

double RH_OPTION(delta)(rh_option_model model, bool is_call, double S, double K, double T, double r,
                        double q, double sigma)
{
    rh_option_point point;
    if (!rh_option_point_set(&point, model, is_call, S, K, T, r, q, sigma)) return (double)NAN;
    return rh_point_delta(&point, model == RH_MODEL_INVERSE);
}

void RH_OPTION(delta_batch)(const rh_delta_batch *batch, double S)
{
    rh_batch_kernel(batch, S);
}
#endif
