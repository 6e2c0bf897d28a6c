/* The public kernels: each call goes through the table chosen once from the processor.
 * Must not compute anything itself. Invariant: the choice never changes once made, and it cannot
 * change a result, since all tables give the same bits. */
#include "math/kernels.h"

#include <fenv.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "math/kernel_table.h"

#if defined(RH_HAVE_FMA_BUILD)
static bool has_fma(void)
{
    return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
}
#endif

/* REHEDGE_ISA may ask for less than the processor has; what it lacks cannot be forced. */
static const rh_kernel_table *choose(void)
{
#if defined(RH_HAVE_FMA_BUILD)
    const char *wanted = getenv("REHEDGE_ISA");
    bool baseline = wanted && strcmp(wanted, "baseline") == 0;
    if (has_fma() && !baseline) return &rh_kernels_fma;
#endif
    return &rh_kernels_baseline;
}

static const rh_kernel_table *kernels(void)
{
    /* Threads may race to the first call; they all find the same answer. */
    static const rh_kernel_table *_Atomic chosen;
    const rh_kernel_table *table = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (!table) {
        table = choose();
        atomic_store_explicit(&chosen, table, memory_order_relaxed);
    }
    return table;
}

#define X(name)                                                                                    \
    double rh_##name(double x)                                                                     \
    {                                                                                              \
        return kernels()->name(x);                                                                 \
    }
RH_UNARY_MAP(X)
#undef X

double rh_pow(double x, double y)
{
    return kernels()->pow(x, y);
}

static rh_isa widest(void)
{
    if (kernels() == &rh_kernels_baseline) return RH_ISA_BASELINE;
#if defined(RH_HAVE_FMA_BUILD)
    const char *wanted = getenv("REHEDGE_ISA");
    bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    if (wide && !(wanted && strcmp(wanted, "fma") == 0)) return RH_ISA_AVX512;
#endif
    return RH_ISA_FMA;
}

_Atomic int rh_isa_chosen = -1;

rh_isa rh_isa_choose(void)
{
    rh_isa isa = widest();
    atomic_store_explicit(&rh_isa_chosen, (int)isa, memory_order_relaxed);
    return isa;
}

const char *rh_isa_name(void)
{
    static const char *const names[] = {"baseline", "fma", "avx512"};
    return names[rh_isa_widest()];
}

void rh_math_thread_init(void)
{
    /* The default environment: to nearest, nothing trapped, subnormals kept. */
    fesetenv(FE_DFL_ENV);
}
