/* Elementary functions of IEEE operations only (+ - * / sqrt, fma, floor, bit casts): the same bits
 * on every machine, compiler and instruction set. They decide every digest: changing one bit of one
 * result changes every committed digest. The bounds in ulp are checked against MPFR by tests/math.
 * NaN in gives NaN out; limits and overflows follow C17 Annex F. No errno; flags not promised. */
#ifndef RH_MATH_KERNELS_H
#define RH_MATH_KERNELS_H

#include <stdatomic.h>

double rh_exp(double x);                /* 0.7 ulp; 0.8 where the result is subnormal */
double rh_expm1(double x);              /* 1.2 */
double rh_log(double x);                /* 0.85 */
double rh_log1p(double x);              /* 0.85 */
double rh_pow(double x, double y);      /* 0.65; 0.8 where subnormal */
double rh_sin(double x);                /* 0.8, any finite x */
double rh_cos(double x);                /* 0.8, any finite x */
double rh_erfc(double x);               /* 1.3 */
double rh_erfcx(double x);              /* exp(x^2) erfc(x), 1.3 */
double rh_normal_pdf(double x);         /* 0.8 */
double rh_normal_cdf(double x);         /* 0.5 erfc(-x / sqrt 2), 1.3 in the far lower tail too */
double rh_normal_quantile(double p);    /* inverse of rh_normal_cdf on (0, 1), 2.5 */

/* The instruction set in use, chosen once from the processor: baseline (SSE2 on x86-64, fma
 * emulated exactly), fma (with AVX2), avx512 (F, DQ, BW and VL; for batches: one number alone uses
 * fma). REHEDGE_ISA=baseline|fma|avx512 allows less than there is; any other word
 * is as good as none (the command line refuses it). It changes no bit. */
const char *rh_isa_name(void); /* "baseline", "fma" or "avx512" */
typedef enum rh_isa { RH_ISA_BASELINE, RH_ISA_FMA, RH_ISA_AVX512 } rh_isa;
rh_isa rh_isa_choose(void);
extern _Atomic int rh_isa_chosen; /* -1 until chosen, then never changed; rh_isa_widest's own */

/* Inline, because a call would spill the arguments of every closed form that asks. */
static inline rh_isa rh_isa_widest(void)
{
    int isa = atomic_load_explicit(&rh_isa_chosen, memory_order_relaxed);
    return isa >= 0 ? (rh_isa)isa : rh_isa_choose();
}

/* Set round-to-nearest for this thread; every thread that computes calls it first. */
void rh_math_thread_init(void);

#endif
