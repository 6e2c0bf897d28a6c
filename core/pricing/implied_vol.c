/* The public implied volatility: hands each call to the instantiation for the instruction set that
 * math chose, and names the flags. Computes nothing itself. */
#include "math/kernels.h"
#include "rehedge/pricing.h"

#define RH_VOL_DECLARE
#define RH_VOL_ISA(name) rh_vol_##name##_baseline
#include "pricing/implied_vol_isa.h"
#undef RH_VOL_ISA
#define RH_VOL_ISA(name) rh_vol_##name##_fma
#include "pricing/implied_vol_isa.h"
#undef RH_VOL_ISA
#define RH_VOL_ISA(name) rh_vol_##name##_avx512
#include "pricing/implied_vol_isa.h"

/* One option gains nothing from wide registers. */
rh_vol_status rh_implied_vol(rh_option_model model, bool is_call, double S, double K, double T,
                             double r, double q, double price, double *sigma)
{
    if (rh_isa_widest() == RH_ISA_BASELINE)
        return rh_vol_one_baseline(model, is_call, S, K, T, r, q, price, sigma);
    return rh_vol_one_fma(model, is_call, S, K, T, r, q, price, sigma);
}

size_t rh_implied_vol_batch(const rh_vol_batch *batch)
{
    switch (rh_isa_widest()) {
    case RH_ISA_BASELINE: return rh_vol_batch_baseline(batch);
    case RH_ISA_FMA: return rh_vol_batch_fma(batch);
    case RH_ISA_AVX512: break;
    }
    return rh_vol_batch_avx512(batch);
}

const char *rh_vol_status_name(rh_vol_status status)
{
    static const char *const names[] = {
#define X(name, text) text,
        RH_VOL_STATUS_MAP(X)
#undef X
    };
    return (unsigned)status < sizeof names / sizeof *names ? names[status] : "unknown";
}
