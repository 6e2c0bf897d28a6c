/* The public closed forms of European options: hands each call to the instantiation for the widest
 * instruction set. Computes nothing itself; every instantiation gives the same bits. */
#include "math/kernels.h"

#define RH_GREEKS_DECLARE
#define RH_GREEKS_ISA(name) rh_greeks_##name##_baseline
#include "pricing/greeks_isa.h"
#undef RH_GREEKS_ISA
#define RH_GREEKS_ISA(name) rh_greeks_##name##_fma
#include "pricing/greeks_isa.h"
#undef RH_GREEKS_ISA
#define RH_GREEKS_ISA(name) rh_greeks_##name##_avx512
#include "pricing/greeks_isa.h"

/* One option gains nothing from wide registers. */
#define RH_ONE_OPTION(name, ...)                                                                   \
    (rh_isa_widest() == RH_ISA_BASELINE ? rh_greeks_##name##_baseline(__VA_ARGS__)                 \
                                        : rh_greeks_##name##_fma(__VA_ARGS__))

void rh_option_greeks(rh_option_model model, bool is_call, double S, double K, double T, double r,
                      double q, double sigma, rh_greeks *out)
{
    RH_ONE_OPTION(few, model, is_call, S, K, T, r, q, sigma, out);
}

double rh_option_price(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma)
{
    return RH_ONE_OPTION(price, model, is_call, S, K, T, r, q, sigma);
}

double rh_option_delta(rh_option_model model, bool is_call, double S, double K, double T, double r,
                       double q, double sigma)
{
    return RH_ONE_OPTION(delta, model, is_call, S, K, T, r, q, sigma);
}

unsigned rh_option_greeks_full(rh_option_model model, bool is_call, double S, double K, double T,
                               double r, double q, double sigma, rh_greeks_full *out)
{
    return RH_ONE_OPTION(one, model, is_call, S, K, T, r, q, sigma, out);
}

unsigned rh_option_greeks_batch(const rh_greeks_batch *batch)
{
    switch (rh_isa_widest()) {
    case RH_ISA_BASELINE: return rh_greeks_batch_baseline(batch);
    case RH_ISA_FMA: return rh_greeks_batch_fma(batch);
    case RH_ISA_AVX512: break;
    }
    return rh_greeks_batch_avx512(batch);
}

const char *rh_greek_name(rh_greek greek)
{
    static const char *const names[] = {
#define X(name) #name,
        RH_GREEK_MAP(X)
#undef X
    };
    return greek < RH_GREEKS ? names[greek] : "";
}
