/* The plain functions of one instantiation of the inline kernels. Included once by each
 * kernels_<isa>.c, which defines RH_KERNEL_TABLE; must contain nothing but the instantiation.
 * Invariant: every table holds the same functions with the same bits. */
#ifndef RH_MATH_KERNEL_TABLE_H
#define RH_MATH_KERNEL_TABLE_H

#define RH_UNARY_MAP(X)                                                                            \
    X(exp)                                                                                         \
    X(expm1)                                                                                       \
    X(log)                                                                                         \
    X(log1p)                                                                                       \
    X(sin)                                                                                         \
    X(cos)                                                                                         \
    X(erfc)                                                                                        \
    X(erfcx)                                                                                       \
    X(normal_pdf)                                                                                  \
    X(normal_cdf)                                                                                  \
    X(normal_quantile)

typedef struct rh_kernel_table {
    double (*pow)(double x, double y);
#define X(name) double (*name)(double x);
    RH_UNARY_MAP(X)
#undef X
} rh_kernel_table;

extern const rh_kernel_table rh_kernels_baseline;
#if defined(RH_HAVE_FMA_BUILD)
extern const rh_kernel_table rh_kernels_fma;
#endif

#if defined(RH_KERNEL_TABLE)
#include "math/kernel_exp.h"
#include "math/kernel_log.h"
#include "math/kernel_normal.h"
#include "math/kernel_trig.h"

#define X(name)                                                                                    \
    static double plain_##name(double x)                                                           \
    {                                                                                              \
        return rh_k_##name(x);                                                                     \
    }
RH_UNARY_MAP(X)
#undef X

static double plain_pow(double x, double y)
{
    return rh_k_pow(x, y);
}

const rh_kernel_table RH_KERNEL_TABLE = {
    .pow = plain_pow,
#define X(name) .name = plain_##name,
    RH_UNARY_MAP(X)
#undef X
};
#endif

#endif
