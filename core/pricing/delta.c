/* The engine's delta batch: hands each call to the instantiation for the widest instruction set.
 * Every instantiation gives the same bits. */
#include "math/kernels.h"

#define RH_DELTA_DECLARE
#define RH_DELTA_ISA(name) rh_delta_##name##_baseline
#include "pricing/delta_isa.h"
#undef RH_DELTA_ISA
#define RH_DELTA_ISA(name) rh_delta_##name##_fma
#include "pricing/delta_isa.h"
#undef RH_DELTA_ISA
#define RH_DELTA_ISA(name) rh_delta_##name##_avx512
#include "pricing/delta_isa.h"

void rh_option_delta_batch(const rh_delta_batch *batch, double S)
{
    switch (rh_isa_widest()) {
    case RH_ISA_BASELINE: rh_delta_batch_of_baseline(batch, S); return;
    case RH_ISA_FMA: rh_delta_batch_of_fma(batch, S); return;
    case RH_ISA_AVX512: break;
    }
    rh_delta_batch_of_avx512(batch, S);
}

void rh_log_prices(const double *restrict price, size_t count, double *restrict hi,
                   double *restrict lo)
{
    switch (rh_isa_widest()) {
    case RH_ISA_BASELINE: rh_delta_logs_baseline(price, count, hi, lo); return;
    case RH_ISA_FMA: rh_delta_logs_fma(price, count, hi, lo); return;
    case RH_ISA_AVX512: break;
    }
    rh_delta_logs_avx512(price, count, hi, lo);
}
