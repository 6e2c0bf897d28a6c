/* The public closed forms: hands each call to the instantiation for the instruction set that math
 * chose. Computes nothing itself; every instantiation gives the same bits. */
#include "math/kernels.h"

#define RH_OPTION_DECLARE
#define RH_OPTION(name) rh_option_##name##_baseline
#include "pricing/option_isa.h"
#undef RH_OPTION
#define RH_OPTION(name) rh_option_##name##_fma
#include "pricing/option_isa.h"

static bool use_fma(void)
{
    return rh_isa_name()[0] == 'f';
}

void rh_option_greeks(rh_option_model model, bool is_call, double S, double K, double T, double r,
                      double q, double sigma, rh_greeks *out)
{
    if (use_fma()) rh_option_greeks_fma(model, is_call, S, K, T, r, q, sigma, out);
    else rh_option_greeks_baseline(model, is_call, S, K, T, r, q, sigma, out);
}

double rh_option_price(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma)
{
    return use_fma() ? rh_option_price_fma(model, is_call, S, K, T, r, q, sigma)
                     : rh_option_price_baseline(model, is_call, S, K, T, r, q, sigma);
}

double rh_option_delta(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma)
{
    return use_fma() ? rh_option_delta_fma(model, is_call, S, K, T, r, q, sigma)
                     : rh_option_delta_baseline(model, is_call, S, K, T, r, q, sigma);
}

void rh_option_delta_batch(const rh_delta_batch *batch, double S)
{
    if (use_fma()) rh_option_delta_batch_fma(batch, S);
    else rh_option_delta_batch_baseline(batch, S);
}
