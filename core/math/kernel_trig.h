/* sin and cos as inline kernels for any finite argument: x = n pi/2 + r, r as a sum of two doubles.
 * Up to 2^22 by three parts of pi/2, beyond by the bits of 2/pi that matter (Payne and Hanek). No
 * libm. Invariant: r carries at least 70 good bits, however close x comes to a multiple of pi/2
 * (the worst double leaves |r| > 2^-61). Coefficients: tests/math/derive_kernels.py. */
#ifndef RH_MATH_KERNEL_TRIG_H
#define RH_MATH_KERNEL_TRIG_H

#include "math/kernel_arith.h"

/* (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4 in z = r^2 */
static const double rh_sin_s[] = {
    -0x1.5555555555555p-3, 0x1.111111111111p-7, -0x1.a01a01a019936p-13, 0x1.71de3a54605eep-19,
    -0x1.ae64541266378p-26, 0x1.61217ec01749dp-33, -0x1.ab17a79237a19p-41,
};
static const double rh_cos_c[] = {
    0x1.5555555555555p-5, -0x1.6c16c16c16c16p-10, 0x1.a01a01a019d0ap-16, -0x1.27e4fb7712bdfp-22,
    0x1.1eed8deb6d561p-29, -0x1.9394b9c9c20a4p-37, 0x1.ab783376962cfp-45,
};

#define RH_PIO2_1 0x1.921fb54442d18p+0
#define RH_PIO2_2 0x1.1a62633145c07p-54
#define RH_PIO2_3 -0x1.f1976b7ed8fbcp-110
#define RH_TWO_OVER_PI 0x1.45f306dc9c883p-1
/* 64 zero bits, then 2/pi from its first bit after the point. */
static const uint64_t rh_two_over_pi_bits[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041,
    0xfe5163abdebbc561, 0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e,
    0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
    0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
    0xf0cfbc209af4361d,
};

typedef struct rh_k_angle {
    rh_k_pair r;
    uint64_t quadrant; /* modulo 4 */
} rh_k_angle;

/* |x| <= 2^22: x - n PIO2_1 is exact, since both are multiples of 2^-53 and it is below 1. */
RH_KERNEL rh_k_angle rh_k_angle_near(double x)
{
    double shifted = RH_FMA(x, RH_TWO_OVER_PI, RH_K_SHIFT);
    double n = shifted - RH_K_SHIFT;
    double r1 = RH_FMA(-n, RH_PIO2_1, x);
    rh_k_pair second = rh_k_product(-n, RH_PIO2_2);
    rh_k_pair r = rh_k_sum(r1, second.hi);
    r.lo += RH_FMA(-n, RH_PIO2_3, second.lo);
    return (rh_k_angle){rh_k_sum_fast(r.hi, r.lo), rh_k_whole(shifted)};
}

/* The full product of two 64-bit numbers. */
RH_KERNEL uint64_t rh_k_multiply(uint64_t a, uint64_t b, uint64_t *high)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), other = a0 * b1 + (uint32_t)middle;
    *high = a1 * b1 + (middle >> 32) + (other >> 32);
    return other << 32 | (uint32_t)low;
}

/* 64 bits of 2/pi from bit `at` of the table. */
RH_KERNEL uint64_t rh_k_two_over_pi(unsigned at)
{
    unsigned word = at / 64, shift = at % 64;
    uint64_t high = rh_two_over_pi_bits[word];
    return shift ? high << shift | rh_two_over_pi_bits[word + 1] >> (64 - shift) : high;
}

/* 2^22 < |x| < inf. x = M 2^e; bits of 2/pi above weight 2^(1-e) only add multiples of 4 quarter
 * turns, so 192 bits from there, times M, modulo 2^192, hold the quadrant (2 bits) and its
 * fraction to 2^-137. */
static inline rh_k_angle rh_k_angle_far(double x)
{
    uint64_t bits = rh_k_bits(x);
    unsigned exponent = (unsigned)(bits >> 52) & 0x7FF;
    uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    /* Bit 1 of 2/pi is table bit 64; the first wanted is bit e - 1 = exponent - 1076. */
    unsigned at = exponent - 1076 + 63;
    uint64_t top, middle, carry;
    uint64_t low = rh_k_multiply(mantissa, rh_k_two_over_pi(at + 128), &carry);
    middle = rh_k_multiply(mantissa, rh_k_two_over_pi(at + 64), &top);
    middle += carry;
    top += (middle < carry) + mantissa * rh_k_two_over_pi(at);

    /* Round to the nearest quadrant: the fraction becomes a signed 190-bit number. */
    uint64_t quadrant = (top + (UINT64_C(1) << 61)) >> 62;
    top -= quadrant << 62;
    uint64_t sign = 0 - (top >> 63);
    top ^= sign; /* one's complement: off by 2^-190, far below what is kept */
    middle ^= sign;
    low ^= sign;

    /* 32-bit pieces are exact doubles; adding from the large end keeps what is lost in lo. */
    rh_k_pair sum = {(double)(top >> 32) * 0x1p-30, 0.0};
    const uint32_t pieces[] = {(uint32_t)top, (uint32_t)(middle >> 32), (uint32_t)middle,
                               (uint32_t)(low >> 32)};
    double weight = 0x1p-62;
    for (int i = 0; i < 4; i++, weight *= 0x1p-32) {
        rh_k_pair step = rh_k_sum_fast(sum.hi, (double)pieces[i] * weight);
        sum = rh_k_sum_fast(step.hi, sum.lo + step.lo);
    }
    rh_k_pair r = rh_k_product_pair(sum, (rh_k_pair){RH_PIO2_1, RH_PIO2_2});
    bool negative = (sign != 0) != (bits >> 63 != 0);
    if (negative) r = (rh_k_pair){-r.hi, -r.lo};
    return (rh_k_angle){r, bits >> 63 ? 0 - quadrant : quadrant};
}

RH_KERNEL rh_k_angle rh_k_angle_of(double x)
{
    bool far = fabs(x) > 0x1p22 && fabs(x) <= DBL_MAX;
    return far ? rh_k_angle_far(x) : rh_k_angle_near(x);
}

RH_KERNEL double rh_k_sin_near(rh_k_pair r)
{
    const double *c = rh_sin_s;
    double z = r.hi * r.hi, z2 = z * z;
    double high = RH_FMA(RH_FMA(c[6], z, c[5]), z, c[4]);
    double s = RH_FMA(RH_FMA(high, z2, RH_FMA(c[3], z, c[2])), z2, RH_FMA(c[1], z, c[0]));
    double cos_lo = RH_FMA(-0.5 * z, r.lo, r.lo); /* r.lo cos r */
    return r.hi + RH_FMA(z * r.hi, s, cos_lo);
}

RH_KERNEL double rh_k_cos_near(rh_k_pair r)
{
    const double *c = rh_cos_c;
    rh_k_pair z = rh_k_product(r.hi, r.hi);
    double z2 = z.hi * z.hi;
    double high = RH_FMA(RH_FMA(c[6], z.hi, c[5]), z.hi, c[4]);
    double s = RH_FMA(RH_FMA(high, z2, RH_FMA(c[3], z.hi, c[2])), z2, RH_FMA(c[1], z.hi, c[0]));
    rh_k_pair one = rh_k_sum_fast(1.0, -0.5 * z.hi);
    double sin_lo = RH_FMA(r.hi, r.lo, 0.5 * z.lo);
    return one.hi + (one.lo + RH_FMA(z2, s, -sin_lo));
}

/* sin(x + quadrants pi/2) without the edge cases. */
RH_KERNEL double rh_k_turned(rh_k_angle angle, uint64_t quadrants)
{
    uint64_t q = angle.quadrant + quadrants;
    double s = rh_k_sin_near(angle.r), c = rh_k_cos_near(angle.r);
    double value = rh_k_choose((q & 1) != 0, c, s);
    return rh_k_double(rh_k_bits(value) ^ (q & 2) << 62);
}

/* Infinite gives NaN. */
RH_KERNEL double rh_k_sin(double x)
{
    double result = rh_k_turned(rh_k_angle_of(x), 0);
    result = rh_k_choose(fabs(x) < 0x1p-27, x, result);
    return rh_k_choose(fabs(x) <= DBL_MAX, result, x - x);
}

RH_KERNEL double rh_k_cos(double x)
{
    double result = rh_k_turned(rh_k_angle_of(x), 1);
    return rh_k_choose(fabs(x) <= DBL_MAX, result, x - x);
}

#endif
