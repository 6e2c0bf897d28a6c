/* What every kernel is made of: the fused multiply-add of the instantiation, bit casts, exact sums.
 * Only correctly rounded IEEE operations and integers may appear in a kernel, so that every
 * instantiation, compiler and vector width gives the same bits. Conditions are selections that a
 * vector unit can do; a branch is only taken for rare arguments. */
#ifndef RH_MATH_KERNEL_ARITH_H
#define RH_MATH_KERNEL_ARITH_H

/* How another room instantiates the inline kernels: put the loop into one header of `static inline`
 * functions that call rh_k_*; include it from two files, of which the second is compiled with
 * -mfma -mavx2 (see the COMPILE_OPTIONS in core/CMakeLists.txt); choose between the two once, by
 * rh_isa_name() of math/kernels.h. RH_FMA may be defined before the include to use another fma. */

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static_assert(FLT_EVAL_METHOD == 0, "double arithmetic must be double");
static_assert(FLT_RADIX == 2 && DBL_MANT_DIG == 53, "double must be IEEE binary64");

/* One instruction where the file is compiled for it; elsewhere emulated, because a libm without the
 * instruction takes a hundred times as long. Exact in each case. */
#ifndef RH_FMA
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(FP_FAST_FMA)
#define RH_FMA(a, b, c) fma((a), (b), (c))
#else
#define RH_FMA(a, b, c) rh_k_fma((a), (b), (c))
#endif
#endif

#if defined(__GNUC__)
#define RH_KERNEL static inline __attribute__((always_inline, unused))
#else
#define RH_KERNEL static inline
#endif

/* An unevaluated sum, |lo| at most about half an ulp of hi. */
typedef struct rh_k_pair {
    double hi, lo;
} rh_k_pair;

/* (hi + lo) 2^power. Powers are two's complement in unsigned numbers, because NaN arguments make
 * garbage of them, which may wrap but must not overflow. */
typedef struct rh_k_scaled {
    double hi, lo;
    uint64_t power;
} rh_k_scaled;

RH_KERNEL uint64_t rh_k_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

RH_KERNEL double rh_k_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* a + b exactly, for |a| >= |b| or a = 0. */
RH_KERNEL rh_k_pair rh_k_sum_fast(double a, double b)
{
    double sum = a + b;
    return (rh_k_pair){sum, b - (sum - a)};
}

/* a + b exactly, in any order. */
RH_KERNEL rh_k_pair rh_k_sum(double a, double b)
{
    double sum = a + b, part = sum - a;
    return (rh_k_pair){sum, (a - (sum - part)) + (b - part)};
}

/* a * b and what its rounding lost, without fma (Dekker; Veltkamp's halves), where nothing
 * overflows or underflows. */
RH_KERNEL rh_k_pair rh_k_product_split(double a, double b)
{
    double product = a * b, wide_a = a * (0x1p27 + 1.0), wide_b = b * (0x1p27 + 1.0);
    double ah = wide_a - (wide_a - a), bh = wide_b - (wide_b - b), al = a - ah, bl = b - bh;
    return (rh_k_pair){product, ((ah * bh - product) + ah * bl + al * bh) + al * bl};
}

/* a b + c with one rounding (Boldo & Melquiond, "Emulation of a FMA and correctly rounded sums",
 * IEEE Trans. Computers 57(4), 2008, fig. 5): the sum of the small parts is rounded to odd, so that
 * the last rounding cannot be fooled. libm where something might under- or overflow on the way. */
static inline double rh_k_fma(double a, double b, double c)
{
    rh_k_pair product = rh_k_product_split(a, b);
    double size = fabs(product.hi);
    bool usual = size > 0x1p-900 && size < 0x1p900 && fabs(a) < 0x1p900 && fabs(b) < 0x1p900 &&
                 fabs(c) < 0x1p960;
    if (!usual) return fma(a, b, c);
    rh_k_pair low = rh_k_sum(c, product.lo), high = rh_k_sum(product.hi, low.hi);
    rh_k_pair rest = rh_k_sum(high.lo, low.lo);
    uint64_t bits = rh_k_bits(rest.hi), apart = (bits ^ rh_k_bits(rest.lo)) >> 63;
    if (rest.lo != 0.0 && !(bits & 1)) bits += 1 - 2 * apart;
    return high.hi + rh_k_double(bits);
}

/* yes or no, by bits: compilers turn a plain ?: with a constant into branches, which stops them
 * from vectorising a loop and costs more than both sides where a condition is unpredictable. */
RH_KERNEL double rh_k_choose(bool condition, double yes, double no)
{
    uint64_t mask = 0 - (uint64_t)condition;
    return rh_k_double((rh_k_bits(yes) & mask) | (rh_k_bits(no) & ~mask));
}

/* The smaller, the larger of the two; NaN in x stays. */
RH_KERNEL double rh_k_at_most(double x, double bound)
{
    return rh_k_choose(x > bound, bound, x);
}

RH_KERNEL double rh_k_at_least(double x, double bound)
{
    return rh_k_choose(x < bound, bound, x);
}

/* a * b exactly (where nothing underflows). */
RH_KERNEL rh_k_pair rh_k_product(double a, double b)
{
    double product = a * b;
    return (rh_k_pair){product, RH_FMA(a, b, -product)};
}

/* a * b to about 2^-102. */
RH_KERNEL rh_k_pair rh_k_product_pair(rh_k_pair a, rh_k_pair b)
{
    rh_k_pair product = rh_k_product(a.hi, b.hi);
    return rh_k_sum_fast(product.hi, product.lo + RH_FMA(a.hi, b.lo, a.lo * b.hi));
}

/* The nearest whole number, |x| < 2^51: as a double, and as the low bits of *shifted. */
#define RH_K_SHIFT 0x1.8p52

RH_KERNEL uint64_t rh_k_whole(double shifted)
{
    return rh_k_bits(shifted) - rh_k_bits(RH_K_SHIFT);
}

/* 2^power for a normal result; anything else gives some double, but nothing undefined. */
RH_KERNEL double rh_k_power_of_two(uint64_t power)
{
    return rh_k_double((power + 1023) << 52);
}

/* Half of a power, rounded down; |power| < 4096. */
RH_KERNEL uint64_t rh_k_half(uint64_t power)
{
    return ((power + 4096) >> 1) - 2048;
}

/* x 2^power, |power| < 2044, in two steps so that only the last one rounds or overflows. */
RH_KERNEL double rh_k_scale(double x, uint64_t power)
{
    uint64_t half = rh_k_half(power);
    return x * rh_k_power_of_two(half) * rh_k_power_of_two(power - half);
}

#endif
