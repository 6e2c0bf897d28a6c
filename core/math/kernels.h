/* Elementary functions of IEEE operations only (+ - * / sqrt, fma, floor, bit casts): the same bits
 * on every machine, compiler and instruction set. They decide every digest: changing one bit of one
 * result changes every committed digest. Errors in ulp are measured against MPFR by tests/math.
 * NaN in gives NaN out; limits and overflows follow C17 Annex F. No errno, no exceptions promised. */
#ifndef RH_MATH_KERNELS_H
#define RH_MATH_KERNELS_H

double rh_exp(double x);
double rh_expm1(double x);
double rh_log(double x);
double rh_log1p(double x);
double rh_pow(double x, double y);
double rh_sin(double x);        /* any finite x */
double rh_cos(double x);
double rh_erfc(double x);
double rh_erfcx(double x);      /* exp(x^2) erfc(x) */
double rh_normal_pdf(double x);
double rh_normal_cdf(double x); /* 0.5 erfc(-x / sqrt 2), accurate in the far lower tail */
double rh_normal_quantile(double p);    /* inverse of rh_normal_cdf on (0, 1) */

/* The instruction set in use: "baseline" (fma emulated exactly by libm where the processor lacks
 * it) or "fma". Chosen once from the processor; REHEDGE_ISA=baseline|fma forces one for tests. */
const char *rh_isa_name(void);

/* Set round-to-nearest for this thread; every thread that computes calls it first. */
void rh_math_thread_init(void);

#endif
