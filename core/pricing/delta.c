/* The engine's delta batch: hands each call to the instantiation for the widest instruction set.
 * Every instantiation gives the same bits. */
#include "math/kernel_log.h"
#include "math/kernels.h"

#define RH_DELTA_DECLARE
#define RH_DELTA_BATCH rh_option_delta_batch_baseline
#include "pricing/delta_isa.h"
#undef RH_DELTA_BATCH
#define RH_DELTA_BATCH rh_option_delta_batch_fma
#include "pricing/delta_isa.h"
#undef RH_DELTA_BATCH
#define RH_DELTA_BATCH rh_option_delta_batch_avx512
#include "pricing/delta_isa.h"

void rh_option_delta_batch(const rh_delta_batch *batch, double S)
{
    switch (rh_isa_widest()) {
    case RH_ISA_BASELINE: rh_option_delta_batch_baseline(batch, S); return;
    case RH_ISA_FMA: rh_option_delta_batch_fma(batch, S); return;
    case RH_ISA_AVX512: break;
    }
    rh_option_delta_batch_avx512(batch, S);
}

void rh_log_strike(double K, double *hi, double *lo)
{
    rh_k_pair log_K = rh_k_log_pair_edges(K);
    *hi = log_K.hi;
    *lo = log_K.lo;
}
