/* The public American options: hands each call to the instantiation for the widest instruction set.
 * Computes nothing itself; every instantiation gives the same bits. */
#include "math/kernels.h"

#define RH_AMERICAN_DECLARE
#define RH_AMERICAN(name) rh_american_##name##_baseline
#include "pricing/american_isa.h"
#undef RH_AMERICAN
#define RH_AMERICAN(name) rh_american_##name##_fma
#include "pricing/american_isa.h"
#undef RH_AMERICAN
#define RH_AMERICAN(name) rh_american_##name##_avx512
#include "pricing/american_isa.h"

static bool greeks_of(bool is_call, double S, double K, double T, double r, double q, double sigma,
                      unsigned wanted, rh_american *out)
{
    switch (rh_isa_widest()) {
    case RH_ISA_BASELINE:
        return rh_american_greeks_baseline(is_call, S, K, T, r, q, sigma, wanted, out);
    case RH_ISA_FMA: return rh_american_greeks_fma(is_call, S, K, T, r, q, sigma, wanted, out);
    case RH_ISA_AVX512: break;
    }
    return rh_american_greeks_avx512(is_call, S, K, T, r, q, sigma, wanted, out);
}

double rh_american_price(bool is_call, double S, double K, double T, double r, double q,
                         double sigma)
{
    rh_american value;
    (void)greeks_of(is_call, S, K, T, r, q, sigma, 0, &value);
    return value.price;
}

bool rh_american_greeks(bool is_call, double S, double K, double T, double r, double q,
                        double sigma, rh_american *out)
{
    return greeks_of(is_call, S, K, T, r, q, sigma, RH_AMERICAN_VEGA | RH_AMERICAN_RHO, out);
}

size_t rh_american_greeks_batch(const rh_american_batch *batch)
{
    unsigned wanted = (batch->vega ? RH_AMERICAN_VEGA : 0) | (batch->rho ? RH_AMERICAN_RHO : 0);
    size_t refused = 0;
    for (size_t i = 0; i < batch->count; i++) {
        double r = batch->r ? batch->r[i] : 0.0, q = batch->q ? batch->q[i] : 0.0;
        rh_american one;
        refused += !greeks_of(batch->sign[i] > 0, batch->S[i], batch->K[i], batch->T[i], r, q,
                              batch->sigma[i], wanted, &one);
#define RH_PUT(name)                                                                               \
    if (batch->name) batch->name[i] = one.name;
        RH_PUT(price) RH_PUT(delta) RH_PUT(gamma) RH_PUT(vega) RH_PUT(theta) RH_PUT(rho)
        RH_PUT(boundary)
#undef RH_PUT
    }
    return refused;
}

/* One option gains nothing from wide registers. */
double rh_american_baw(bool is_call, double S, double K, double T, double r, double q,
                       double sigma)
{
    if (rh_isa_widest() == RH_ISA_BASELINE)
        return rh_american_baw_baseline(is_call, S, K, T, r, q, sigma);
    return rh_american_baw_fma(is_call, S, K, T, r, q, sigma);
}

void rh_american_baw_batch(const rh_american_batch *batch)
{
    switch (rh_isa_widest()) {
    case RH_ISA_BASELINE: rh_american_baw_batch_baseline(batch); return;
    case RH_ISA_FMA: rh_american_baw_batch_fma(batch); return;
    case RH_ISA_AVX512: break;
    }
    rh_american_baw_batch_avx512(batch);
}
