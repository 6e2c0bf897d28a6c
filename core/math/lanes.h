/* The vocabulary of the vector kernels: one, two (SSE2), four (AVX2, FMA) or eight (AVX-512)
 * doubles under the same names, rh_v1_*, rh_v2_*, ... Only correctly rounded IEEE operations and
 * integers, so that a kernel written in it gives every lane the bits of the scalar. + - * / and
 * unary minus are the compiler's own on all types. Holds no formula. */
#ifndef RH_MATH_LANES_H
#define RH_MATH_LANES_H

#include "math/kernel_log.h"

/* scale: x 2^k, k in the low bits of `shifted` = k + RH_K_SHIFT, |k| < 2044; x is so far from
 * subnormal that only the last step rounds. split: x = mantissa 2^power, mantissa in [sqrt 1/2,
 * sqrt 2), x normal. align: K 2^power within 2^+-0.5861 of S, both normal and less than 2^1000
 * apart; the exponent is read off the difference of their bits. choose: no branch. at_least: NaN
 * in x stays. ordinary: S, K, sigma in [2^-64, 2^64), T in [2^-48, 2^80): far beyond any market,
 * and no product of a greek overflows. */
#define RH_V_BINADES UINT64_C(0x0800000000000000)   /* 128 exponents */
#define RH_V_LEAST (UINT64_C(959) << 52)    /* 2^-64 */
#define RH_V_LEAST_T (UINT64_C(975) << 52)  /* 2^-48 */

/* Whether two numbers share a register (rh_vs below), and then: both in one, and out of it. */
#define rh_v_shares false
#define rh_v_join(x, y) (x)
#define rh_v_first(both) (both)
#define rh_v_second(both) (both)

/* --- one ------------------------------------------------------------------------------------ */

typedef double rh_v1;
typedef bool rh_m1;

#define rh_v1_all 1u
#define rh_v1_shares rh_v_shares
#define rh_v1_join rh_v_join
#define rh_v1_first rh_v_first
#define rh_v1_second rh_v_second
#define rh_v1_set(x) (x)
#define rh_v1_load(from) (*(from))
#define rh_v1_signs(from) ((double)*(from))
#define rh_v1_store(to, x) (*(to) = (x))
#define rh_v1_fma(a, b, c) RH_FMA(a, b, c)
#define rh_v1_sqrt(x) sqrt(x)
#define rh_v1_abs(x) fabs(x)
#define rh_v1_less(a, b) ((a) < (b))
#define rh_v1_both(m, n) ((m) & (n))
#define rh_v1_bits(m) ((unsigned)(m))
#define rh_v1_choose(m, yes, no) rh_k_choose(m, yes, no)
#define rh_v1_at_least(x, bound) rh_k_at_least(x, bound)

RH_KERNEL rh_v1 rh_v1_scale(rh_v1 x, rh_v1 shifted)
{
    return rh_k_scale(x, rh_k_whole(shifted));
}

RH_KERNEL rh_m1 rh_v1_ordinary(rh_v1 S, rh_v1 K, rh_v1 T, rh_v1 sigma)
{
    uint64_t a = (rh_k_bits(S) - RH_V_LEAST) | (rh_k_bits(K) - RH_V_LEAST);
    uint64_t b = (rh_k_bits(T) - RH_V_LEAST_T) | (rh_k_bits(sigma) - RH_V_LEAST);
    return (a | b) < RH_V_BINADES;
}

RH_KERNEL rh_v1 rh_v1_split(rh_v1 x, rh_v1 *power)
{
    uint64_t bits = rh_k_bits(x), one = UINT64_C(1023) << 52;
    uint64_t from = bits - RH_SQRT_HALF_BITS + one;
    *power = rh_k_double(rh_k_bits(0x1p52) | from >> 52) - (0x1p52 + 1023.0);
    return rh_k_double(bits + one - (from & UINT64_C(0xfff) << 52));
}

RH_KERNEL rh_v1 rh_v1_align(rh_v1 K, rh_v1 S, rh_v1 *power)
{
    uint64_t bits = rh_k_bits(K), apart = rh_k_bits(S) - bits + (UINT64_C(1) << 51);
    uint64_t biased = (apart + (UINT64_C(1024) << 52)) >> 52;
    *power = rh_k_double(rh_k_bits(0x1p52) | biased) - (0x1p52 + 1024.0);
    return rh_k_double(bits + (apart & UINT64_C(0xfff) << 52));
}

/* --- two ------------------------------------------------------------------------------------ */

#if defined(__SSE2__)
#include <immintrin.h>

typedef __m128d rh_v2;
typedef __m128d rh_m2;

#define rh_v2_all 3u
#define rh_v2_shares rh_v_shares
#define rh_v2_join rh_v_join
#define rh_v2_first rh_v_first
#define rh_v2_second rh_v_second
#define rh_v2_set(x) _mm_set1_pd(x)
#define rh_v2_load(from) _mm_loadu_pd(from)
#define rh_v2_store(to, x) _mm_storeu_pd(to, x)
#define rh_v2_signs(from) _mm_set_pd((double)(from)[1], (double)(from)[0])
#define rh_v2_sqrt(x) _mm_sqrt_pd(x)
#define rh_v2_abs(x) _mm_andnot_pd(_mm_set1_pd(-0.0), x)
#define rh_v2_less(a, b) _mm_cmplt_pd(a, b)
#define rh_v2_both(m, n) _mm_and_pd(m, n)
#define rh_v2_bits(m) ((unsigned)_mm_movemask_pd(m))
#define rh_v2_at_least(x, bound) _mm_max_pd(bound, x)

#if defined(__FMA__)
#define rh_v2_choose(m, yes, no) _mm_blendv_pd(no, yes, m)
#define rh_v2_fma(a, b, c) _mm_fmadd_pd(a, b, c)
#else
RH_KERNEL rh_v2 rh_v2_choose(rh_m2 m, rh_v2 yes, rh_v2 no)
{
    return _mm_or_pd(_mm_and_pd(m, yes), _mm_andnot_pd(m, no));
}

/* a + b and what its rounding lost (Knuth). */
RH_KERNEL rh_v2 rh_v2_sum(rh_v2 a, rh_v2 b, rh_v2 *lost)
{
    rh_v2 sum = a + b, part = sum - a;
    *lost = (a - (sum - part)) + (b - part);
    return sum;
}

/* a * b and what its rounding lost (Dekker; Veltkamp's halves), nothing overflowing. */
RH_KERNEL rh_v2 rh_v2_product(rh_v2 a, rh_v2 b, rh_v2 *lost)
{
    rh_v2 split = _mm_set1_pd(0x1p27 + 1.0), product = a * b, wide_a = a * split,
          wide_b = b * split;
    rh_v2 ah = wide_a - (wide_a - a), bh = wide_b - (wide_b - b), al = a - ah, bl = b - bh;
    *lost = ((ah * bh - product) + ah * bl + al * bh) + al * bl;
    return product;
}

/* a + b rounded to odd: where it is not exact, the neighbour whose last bit is 1. */
RH_KERNEL rh_v2 rh_v2_sum_odd(rh_v2 a, rh_v2 b)
{
    rh_v2 lost, sum = rh_v2_sum(a, b, &lost);
    __m128i one = _mm_set1_epi64x(1), bits = _mm_castpd_si128(sum);
    __m128i even = _mm_sub_epi64(_mm_and_si128(bits, one), one); /* all ones or 0 */
    __m128i inexact = _mm_castpd_si128(_mm_cmpneq_pd(lost, _mm_setzero_pd()));
    __m128i apart = _mm_srli_epi64(_mm_castpd_si128(_mm_xor_pd(sum, lost)), 63);
    __m128i step = _mm_sub_epi64(_mm_sub_epi64(one, apart), apart); /* away from 0, or towards */
    step = _mm_and_si128(step, _mm_and_si128(even, inexact));
    return _mm_castsi128_pd(_mm_add_epi64(bits, step));
}

/* No fma here: libm's, exact and slow. A call of its own, for the arguments that are far out. */
static __attribute__((noinline, unused)) rh_v2 rh_v2_fma_far(rh_v2 a, rh_v2 b, rh_v2 c)
{
    double x[2], y[2], z[2];
    _mm_storeu_pd(x, a);
    _mm_storeu_pd(y, b);
    _mm_storeu_pd(z, c);
    return _mm_set_pd(fma(x[1], y[1], z[1]), fma(x[0], y[0], z[0]));
}

/* a b + c with one rounding (Boldo & Melquiond, "Emulation of a FMA and correctly rounded sums",
 * IEEE Trans. Computers 57(4), 2008, fig. 5), where a factor is 0 or the product in 2^+-900,
 * factors are below 2^900 and c below 2^960: nothing underflows or overflows on the way then. */
static __attribute__((noinline, unused)) rh_v2 rh_v2_fma(rh_v2 a, rh_v2 b, rh_v2 c)
{
    rh_v2 far = _mm_set1_pd(0x1p900), zero = _mm_setzero_pd(), low, high_lost, low_lost;
    rh_v2 product = rh_v2_product(a, b, &low), size = rh_v2_abs(product);
    rh_m2 none = _mm_or_pd(_mm_cmpeq_pd(a, zero), _mm_cmpeq_pd(b, zero));
    rh_m2 usual = _mm_or_pd(none, rh_v2_less(_mm_set1_pd(0x1p-900), size));
    usual = rh_v2_both(usual, rh_v2_both(rh_v2_less(rh_v2_abs(a), far),
                                         rh_v2_less(rh_v2_abs(b), far)));
    usual = rh_v2_both(usual, rh_v2_both(rh_v2_less(size, far),
                                         rh_v2_less(rh_v2_abs(c), _mm_set1_pd(0x1p960))));
    if (rh_v2_bits(usual) != 3) return rh_v2_fma_far(a, b, c);
    rh_v2 sum = rh_v2_sum(c, low, &low_lost), high = rh_v2_sum(product, sum, &high_lost);
    rh_v2 result = high + rh_v2_sum_odd(high_lost, low_lost);
    return rh_v2_choose(none, product + c, result); /* the sign of 0 */
}
#endif

RH_KERNEL rh_v2 rh_v2_scale(rh_v2 x, rh_v2 shifted)
{
    __m128i bias = _mm_set1_epi64x(1023);
    rh_v2 shift = _mm_set1_pd(RH_K_SHIFT), k = shifted - shift;
    rh_v2 half = k * _mm_set1_pd(0.5) + shift; /* exact up to the last step, as an fma would be */
    rh_v2 rest = k - (half - shift) + shift;
    __m128i a = _mm_slli_epi64(_mm_add_epi64(_mm_castpd_si128(half), bias), 52);
    __m128i b = _mm_slli_epi64(_mm_add_epi64(_mm_castpd_si128(rest), bias), 52);
    return x * _mm_castsi128_pd(a) * _mm_castsi128_pd(b);
}

RH_KERNEL rh_m2 rh_v2_ordinary(rh_v2 S, rh_v2 K, rh_v2 T, rh_v2 sigma)
{
    __m128i least = _mm_set1_epi64x((int64_t)RH_V_LEAST);
    __m128i a = _mm_or_si128(_mm_sub_epi64(_mm_castpd_si128(S), least),
                             _mm_sub_epi64(_mm_castpd_si128(K), least));
    __m128i b = _mm_or_si128(_mm_sub_epi64(_mm_castpd_si128(T),
                                           _mm_set1_epi64x((int64_t)RH_V_LEAST_T)),
                             _mm_sub_epi64(_mm_castpd_si128(sigma), least));
    __m128i high = _mm_srli_epi64(_mm_or_si128(a, b), 59); /* at most 31: halves compare alone */
    __m128i zero = _mm_cmpeq_epi32(high, _mm_setzero_si128());
    return _mm_castsi128_pd(_mm_shuffle_epi32(zero, _MM_SHUFFLE(2, 2, 0, 0)));
}

RH_KERNEL rh_v2 rh_v2_split(rh_v2 x, rh_v2 *power)
{
    __m128i bits = _mm_castpd_si128(x), one = _mm_set1_epi64x(INT64_C(1023) << 52);
    __m128i offset = _mm_set1_epi64x((INT64_C(1023) << 52) - (int64_t)RH_SQRT_HALF_BITS);
    __m128i from = _mm_add_epi64(bits, offset);
    __m128i whole = _mm_and_si128(from, _mm_set1_epi64x((int64_t)(UINT64_C(0xfff) << 52)));
    __m128i lifted = _mm_or_si128(_mm_srli_epi64(from, 52),
                                  _mm_castpd_si128(_mm_set1_pd(0x1p52)));
    *power = _mm_castsi128_pd(lifted) - _mm_set1_pd(0x1p52 + 1023.0);
    return _mm_castsi128_pd(_mm_sub_epi64(_mm_add_epi64(bits, one), whole));
}

RH_KERNEL rh_v2 rh_v2_align(rh_v2 K, rh_v2 S, rh_v2 *power)
{
    __m128i bits = _mm_castpd_si128(K), half = _mm_set1_epi64x(INT64_C(1) << 51);
    __m128i apart = _mm_add_epi64(_mm_sub_epi64(_mm_castpd_si128(S), bits), half);
    __m128i fraction = _mm_set1_epi64x((INT64_C(1) << 52) - 1);
    __m128i bias = _mm_set1_epi64x(INT64_C(1024) << 52);
    __m128i biased = _mm_srli_epi64(_mm_add_epi64(apart, bias), 52);
    __m128i lifted = _mm_or_si128(biased, _mm_castpd_si128(_mm_set1_pd(0x1p52)));
    *power = _mm_castsi128_pd(lifted) - _mm_set1_pd(0x1p52 + 1024.0);
    __m128i whole = _mm_andnot_si128(fraction, apart);
    return _mm_castsi128_pd(_mm_add_epi64(bits, whole));
}

/* --- a single one in a vector register, where selections are cheap ---------------------------- */

typedef rh_v2 rh_vs;
typedef rh_m2 rh_ms;

#define rh_vs_set(x) rh_v2_set(x)
#define rh_vs_load(from) _mm_load1_pd(from)
#define rh_vs_store(to, x) _mm_store_sd(to, x)
#define rh_vs_fma(a, b, c) rh_v2_fma(a, b, c)
#define rh_vs_sqrt(x) rh_v2_sqrt(x)
#define rh_vs_abs(x) rh_v2_abs(x)
#define rh_vs_less(a, b) rh_v2_less(a, b)
#define rh_vs_both(m, n) rh_v2_both(m, n)
#define rh_vs_bits(m) (rh_v2_bits(m) & 1)
#define rh_vs_all 1u
#define rh_vs_choose(m, yes, no) rh_v2_choose(m, yes, no)
#define rh_vs_at_least(x, bound) rh_v2_at_least(x, bound)
#define rh_vs_scale(x, shifted) rh_v2_scale(x, shifted)
#define rh_vs_split(x, power) rh_v2_split(x, power)
#define rh_vs_align(K, S, power) rh_v2_align(K, S, power)
#define rh_vs_ordinary(S, K, T, sigma) rh_v2_ordinary(S, K, T, sigma)
#define RH_SINGLE s

/* Its other half is free. */
#define rh_vs_shares true
#define rh_vs_join(x, y) _mm_unpacklo_pd(x, y)
#define rh_vs_first(both) _mm_unpacklo_pd(both, both)
#define rh_vs_second(both) _mm_unpackhi_pd(both, both)
#else
#define RH_SINGLE 1
#endif

/* --- four ----------------------------------------------------------------------------------- */

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

typedef __m256d rh_v4;
typedef __m256d rh_m4;

#define rh_v4_all 15u
#define rh_v4_shares rh_v_shares
#define rh_v4_join rh_v_join
#define rh_v4_first rh_v_first
#define rh_v4_second rh_v_second
#define rh_v4_set(x) _mm256_set1_pd(x)
#define rh_v4_load(from) _mm256_loadu_pd(from)
#define rh_v4_store(to, x) _mm256_storeu_pd(to, x)
#define rh_v4_fma(a, b, c) _mm256_fmadd_pd(a, b, c)
#define rh_v4_sqrt(x) _mm256_sqrt_pd(x)
#define rh_v4_abs(x) _mm256_andnot_pd(_mm256_set1_pd(-0.0), x)
#define rh_v4_less(a, b) _mm256_cmp_pd(a, b, _CMP_LT_OQ)
#define rh_v4_both(m, n) _mm256_and_pd(m, n)
#define rh_v4_bits(m) ((unsigned)_mm256_movemask_pd(m))
#define rh_v4_choose(m, yes, no) _mm256_blendv_pd(no, yes, m)
#define rh_v4_at_least(x, bound) _mm256_max_pd(bound, x)

RH_KERNEL rh_v4 rh_v4_signs(const signed char *from)
{
    int32_t packed;
    memcpy(&packed, from, sizeof packed);
    return _mm256_cvtepi32_pd(_mm_cvtepi8_epi32(_mm_cvtsi32_si128(packed)));
}

RH_KERNEL rh_v4 rh_v4_scale(rh_v4 x, rh_v4 shifted)
{
    __m256i bias = _mm256_set1_epi64x(1023);
    rh_v4 k = shifted - _mm256_set1_pd(RH_K_SHIFT);
    rh_v4 half = _mm256_fmadd_pd(k, _mm256_set1_pd(0.5), _mm256_set1_pd(RH_K_SHIFT));
    rh_v4 rest = k - (half - _mm256_set1_pd(RH_K_SHIFT)) + _mm256_set1_pd(RH_K_SHIFT);
    __m256i a = _mm256_slli_epi64(_mm256_add_epi64(_mm256_castpd_si256(half), bias), 52);
    __m256i b = _mm256_slli_epi64(_mm256_add_epi64(_mm256_castpd_si256(rest), bias), 52);
    return x * _mm256_castsi256_pd(a) * _mm256_castsi256_pd(b);
}

RH_KERNEL rh_m4 rh_v4_ordinary(rh_v4 S, rh_v4 K, rh_v4 T, rh_v4 sigma)
{
    __m256i least = _mm256_set1_epi64x((int64_t)RH_V_LEAST);
    __m256i least_T = _mm256_set1_epi64x((int64_t)RH_V_LEAST_T);
    __m256i a = _mm256_or_si256(_mm256_sub_epi64(_mm256_castpd_si256(S), least),
                                _mm256_sub_epi64(_mm256_castpd_si256(K), least));
    __m256i b = _mm256_or_si256(_mm256_sub_epi64(_mm256_castpd_si256(T), least_T),
                                _mm256_sub_epi64(_mm256_castpd_si256(sigma), least));
    __m256i high = _mm256_srli_epi64(_mm256_or_si256(a, b), 59);
    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(high, _mm256_setzero_si256()));
}

RH_KERNEL rh_v4 rh_v4_split(rh_v4 x, rh_v4 *power)
{
    __m256i bits = _mm256_castpd_si256(x), one = _mm256_set1_epi64x(INT64_C(1023) << 52);
    __m256i offset = _mm256_set1_epi64x((INT64_C(1023) << 52) - (int64_t)RH_SQRT_HALF_BITS);
    __m256i from = _mm256_add_epi64(bits, offset);
    __m256i whole = _mm256_and_si256(from, _mm256_set1_epi64x((int64_t)(UINT64_C(0xfff) << 52)));
    __m256i lifted = _mm256_or_si256(_mm256_srli_epi64(from, 52),
                                     _mm256_castpd_si256(_mm256_set1_pd(0x1p52)));
    *power = _mm256_castsi256_pd(lifted) - _mm256_set1_pd(0x1p52 + 1023.0);
    return _mm256_castsi256_pd(_mm256_sub_epi64(_mm256_add_epi64(bits, one), whole));
}

RH_KERNEL rh_v4 rh_v4_align(rh_v4 K, rh_v4 S, rh_v4 *power)
{
    __m256i bits = _mm256_castpd_si256(K), half = _mm256_set1_epi64x(INT64_C(1) << 51);
    __m256i apart = _mm256_add_epi64(_mm256_sub_epi64(_mm256_castpd_si256(S), bits), half);
    __m256i fraction = _mm256_set1_epi64x((INT64_C(1) << 52) - 1);
    __m256i bias = _mm256_set1_epi64x(INT64_C(1024) << 52);
    __m256i biased = _mm256_srli_epi64(_mm256_add_epi64(apart, bias), 52);
    __m256i lifted = _mm256_or_si256(biased, _mm256_castpd_si256(_mm256_set1_pd(0x1p52)));
    *power = _mm256_castsi256_pd(lifted) - _mm256_set1_pd(0x1p52 + 1024.0);
    __m256i whole = _mm256_andnot_si256(fraction, apart);
    return _mm256_castsi256_pd(_mm256_add_epi64(bits, whole));
}
#endif

/* --- eight ---------------------------------------------------------------------------------- */

#if defined(__AVX512F__) && defined(__AVX512DQ__)

typedef __m512d rh_v8;
typedef __mmask8 rh_m8;

#define rh_v8_all 255u
#define rh_v8_shares rh_v_shares
#define rh_v8_join rh_v_join
#define rh_v8_first rh_v_first
#define rh_v8_second rh_v_second
#define rh_v8_set(x) _mm512_set1_pd(x)
#define rh_v8_load(from) _mm512_loadu_pd(from)
#define rh_v8_store(to, x) _mm512_storeu_pd(to, x)
#define rh_v8_fma(a, b, c) _mm512_fmadd_pd(a, b, c)
#define rh_v8_sqrt(x) _mm512_sqrt_pd(x)
#define rh_v8_abs(x) _mm512_abs_pd(x)
#define rh_v8_less(a, b) _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ)
#define rh_v8_both(m, n) ((__mmask8)((m) & (n)))
#define rh_v8_bits(m) ((unsigned)(m))
#define rh_v8_choose(m, yes, no) _mm512_mask_blend_pd(m, no, yes)
#define rh_v8_at_least(x, bound) _mm512_max_pd(bound, x)
/* One rounding, like the two steps of the others. */
#define rh_v8_scale(x, shifted) _mm512_scalef_pd(x, (shifted) - _mm512_set1_pd(RH_K_SHIFT))

RH_KERNEL rh_v8 rh_v8_signs(const signed char *from)
{
    return _mm512_cvtepi32_pd(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)from)));
}

RH_KERNEL rh_m8 rh_v8_ordinary(rh_v8 S, rh_v8 K, rh_v8 T, rh_v8 sigma)
{
    __m512i least = _mm512_set1_epi64((int64_t)RH_V_LEAST);
    __m512i least_T = _mm512_set1_epi64((int64_t)RH_V_LEAST_T);
    __m512i a = _mm512_or_si512(_mm512_sub_epi64(_mm512_castpd_si512(S), least),
                                _mm512_sub_epi64(_mm512_castpd_si512(K), least));
    __m512i b = _mm512_or_si512(_mm512_sub_epi64(_mm512_castpd_si512(T), least_T),
                                _mm512_sub_epi64(_mm512_castpd_si512(sigma), least));
    __m512i binades = _mm512_set1_epi64((int64_t)RH_V_BINADES);
    return _mm512_cmplt_epu64_mask(_mm512_or_si512(a, b), binades);
}

RH_KERNEL rh_v8 rh_v8_split(rh_v8 x, rh_v8 *power)
{
    __m512i bits = _mm512_castpd_si512(x), one = _mm512_set1_epi64(INT64_C(1023) << 52);
    __m512i offset = _mm512_set1_epi64((INT64_C(1023) << 52) - (int64_t)RH_SQRT_HALF_BITS);
    __m512i from = _mm512_add_epi64(bits, offset);
    __m512i whole = _mm512_and_si512(from, _mm512_set1_epi64((int64_t)(UINT64_C(0xfff) << 52)));
    __m512i lifted = _mm512_or_si512(_mm512_srli_epi64(from, 52),
                                     _mm512_castpd_si512(_mm512_set1_pd(0x1p52)));
    *power = _mm512_castsi512_pd(lifted) - _mm512_set1_pd(0x1p52 + 1023.0);
    return _mm512_castsi512_pd(_mm512_sub_epi64(_mm512_add_epi64(bits, one), whole));
}

RH_KERNEL rh_v8 rh_v8_align(rh_v8 K, rh_v8 S, rh_v8 *power)
{
    __m512i bits = _mm512_castpd_si512(K), half = _mm512_set1_epi64(INT64_C(1) << 51);
    __m512i apart = _mm512_add_epi64(_mm512_sub_epi64(_mm512_castpd_si512(S), bits), half);
    __m512i fraction = _mm512_set1_epi64((INT64_C(1) << 52) - 1);
    __m512i bias = _mm512_set1_epi64(INT64_C(1024) << 52);
    __m512i biased = _mm512_srli_epi64(_mm512_add_epi64(apart, bias), 52);
    __m512i lifted = _mm512_or_si512(biased, _mm512_castpd_si512(_mm512_set1_pd(0x1p52)));
    *power = _mm512_castsi512_pd(lifted) - _mm512_set1_pd(0x1p52 + 1024.0);
    __m512i whole = _mm512_andnot_si512(fraction, apart);
    return _mm512_castsi512_pd(_mm512_add_epi64(bits, whole));
}
#endif

#endif
