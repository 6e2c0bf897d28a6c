/* The names of one vector width, for kernels written once for every width: define RH_WIDTH, include
 * the kernel, and RH_W(x), V, M and V_* stand for x_<width>, rh_v<width>, ... of lanes.h. A width
 * is taken up by redefining RH_WIDTH; nothing here depends on which. */
#ifndef RH_MATH_LANES_WIDTH_H
#define RH_MATH_LANES_WIDTH_H

#include "math/lanes.h"

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

#define RH_CAT_TOKENS(a, b, c) a##b##c
#define RH_CAT(a, b, c) RH_CAT_TOKENS(a, b, c)
#define RH_W(name) RH_CAT(name, _, RH_WIDTH)
#define V RH_CAT(rh_v, RH_WIDTH, )
#define M RH_CAT(rh_m, RH_WIDTH, )
#define V_SET RH_CAT(rh_v, RH_WIDTH, _set)
#define V_LOAD RH_CAT(rh_v, RH_WIDTH, _load)
#define V_SIGNS RH_CAT(rh_v, RH_WIDTH, _signs)
#define V_STORE RH_CAT(rh_v, RH_WIDTH, _store)
#define V_FMA RH_CAT(rh_v, RH_WIDTH, _fma)
#define V_SQRT RH_CAT(rh_v, RH_WIDTH, _sqrt)
#define V_ABS RH_CAT(rh_v, RH_WIDTH, _abs)
#define V_LESS RH_CAT(rh_v, RH_WIDTH, _less)
#define V_BOTH RH_CAT(rh_v, RH_WIDTH, _both)
#define V_BITS RH_CAT(rh_v, RH_WIDTH, _bits)
#define V_CHOOSE RH_CAT(rh_v, RH_WIDTH, _choose)
#define V_AT_LEAST RH_CAT(rh_v, RH_WIDTH, _at_least)
#define V_SCALE RH_CAT(rh_v, RH_WIDTH, _scale)
#define V_SPLIT RH_CAT(rh_v, RH_WIDTH, _split)
#define V_ORDINARY RH_CAT(rh_v, RH_WIDTH, _ordinary)

#endif
