/* The public implied volatility: hands each call to the instantiation for the instruction set that
 * math chose, and names the flags. Computes nothing itself. */
#include "math/kernels.h"
#include "rehedge/pricing.h"

#define RH_IMPLIED_VOL_DECLARE
#define RH_IMPLIED_VOL rh_implied_vol_baseline
#include "pricing/implied_vol_isa.h"
#undef RH_IMPLIED_VOL
#define RH_IMPLIED_VOL rh_implied_vol_fma
#include "pricing/implied_vol_isa.h"

rh_vol_status rh_implied_vol(rh_option_model model, bool is_call, double S, double K, double T,
                             double r, double q, double price, double *sigma)
{
    if (rh_isa_name()[0] == 'f')
        return rh_implied_vol_fma(model, is_call, S, K, T, r, q, price, sigma);
    return rh_implied_vol_baseline(model, is_call, S, K, T, r, q, price, sigma);
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
