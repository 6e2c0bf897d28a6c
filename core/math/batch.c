/* The batches: hands each call to the instantiation for the widest instruction set. Every
 * instantiation gives the same bits. */
#include "math/kernels.h"

#define RH_BATCH_DECLARE
#define RH_BATCH_ISA(name) rh_batch_##name##_baseline
#include "math/batch_isa.h"
#undef RH_BATCH_ISA
#define RH_BATCH_ISA(name) rh_batch_##name##_fma
#include "math/batch_isa.h"
#undef RH_BATCH_ISA
#define RH_BATCH_ISA(name) rh_batch_##name##_avx512
#include "math/batch_isa.h"

#define BY_ISA(name, ...)                                                                          \
    switch (rh_isa_widest()) {                                                                     \
    case RH_ISA_BASELINE: rh_batch_##name##_baseline(__VA_ARGS__); return;                         \
    case RH_ISA_FMA: rh_batch_##name##_fma(__VA_ARGS__); return;                                   \
    case RH_ISA_AVX512: break;                                                                     \
    }                                                                                              \
    rh_batch_##name##_avx512(__VA_ARGS__)

void rh_uniform_batch(rh_stream *stream, double *out, size_t count)
{
    BY_ISA(uniform, stream, out, count);
}

void rh_normal_quantile_batch(double *x, size_t count)
{
    BY_ISA(normal_quantile, x, count);
}

void rh_exp_batch(double *x, size_t count)
{
    BY_ISA(exp, x, count);
}
