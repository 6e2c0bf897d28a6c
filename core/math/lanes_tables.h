/* The coefficients of the kernels over lanes that no scalar kernel has. Constants only; each says
 * what it approximates and what derives it. */
#ifndef RH_MATH_LANES_TABLES_H
#define RH_MATH_LANES_TABLES_H

/* (2 atanh s - 2 s) / s^3 in z = s^2, s to 0.2003: tests/math/derive_kernels.py. */
static const double rh_log_ratio[] = {
    0x1.5555555555555p-1, 0x1.9999999999989p-2, 0x1.249249249506cp-2, 0x1.c71c71c1a5dacp-3,
    0x1.745d19ff24d6dp-3, 0x1.3b12ee5179953p-3, 0x1.1130f6803bd21p-3, 0x1.dbd676f6485e5p-4,
    0x1.fcf47a82e29c1p-4,
};

/* Mills' ratio P / Q, both monic: tests/pricing/derive_mills.py. */
static const double rh_mills_p[] = {
    0x1.677eecf25d127p+20, 0x1.356f42bf715c2p+21, 0x1.07072bd057b67p+21, 0x1.1e383f3f0e6a8p+20,
    0x1.b605bf9f77172p+18, 0x1.eabb20313fe10p+16, 0x1.975bc1d93e2fbp+14, 0x1.efd1688c720c9p+11,
    0x1.a97e1f16c0860p+8, 0x1.d4fc979a3b2dep+4,
};
static const double rh_mills_q[] = {
    0x1.1ed60dfc50014p+20, 0x1.6952fca9aba98p+21, 0x1.aa73b181e89e3p+21, 0x1.37ed18d2792e0p+21,
    0x1.3b0671fb8634ap+20, 0x1.cea93ca5c7806p+18, 0x1.f9ff0be345679p+16, 0x1.9df9ba5592633p+14,
    0x1.f37b61bba6d51p+11, 0x1.aa7e1f16c0848p+8, 0x1.d4fc979a3b2dfp+4,
};

/* 1 / 4!, 1 / 5!, ... 1 / 13! */
static const double rh_exp_taylor[] = {
    1.0 / 24.0,     1.0 / 120.0,     1.0 / 720.0,       1.0 / 5040.0,       1.0 / 40320.0,
    1.0 / 362880.0, 1.0 / 3628800.0, 1.0 / 39916800.0, 1.0 / 479001600.0, 1.0 / 6227020800.0,
};

#define RH_SIXTH_HI 0x1.5555555555555p-3
#define RH_SIXTH_LO 0x1.5555555555555p-57
#define RH_SQRT_HALF_PI_HI 0x1.40d931ff62706p+0
#define RH_SQRT_HALF_PI_LO -0x1.a6a0d6f814637p-54

#endif
