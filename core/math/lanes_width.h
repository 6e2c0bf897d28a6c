/* The names of one vector width, for kernels written once for every width: define RH_WIDTH, include
 * the kernel, and RH_W(x), V, M and V_* stand for x_<width>, rh_v<width>, ... of lanes.h. A width
 * is taken up by redefining RH_WIDTH; nothing here depends on which. */
#ifndef RH_MATH_LANES_WIDTH_H
#define RH_MATH_LANES_WIDTH_H

#include "math/lanes.h"
#include "math/lanes_tables.h"

#define RH_CAT_TOKENS(a, b, c) a##b##c
#define RH_CAT(a, b, c) RH_CAT_TOKENS(a, b, c)
#define RH_W(name) RH_CAT(name, _, RH_WIDTH)
#define RH_ONE(name) RH_CAT(name, _, RH_SINGLE) /* the width for one alone: see lanes.h */
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
#define V_ALIGN RH_CAT(rh_v, RH_WIDTH, _align)
#define V_SHARES RH_CAT(rh_v, RH_WIDTH, _shares)
#define V_JOIN RH_CAT(rh_v, RH_WIDTH, _join)
#define V_FIRST RH_CAT(rh_v, RH_WIDTH, _first)
#define V_SECOND RH_CAT(rh_v, RH_WIDTH, _second)
#define V_ALL RH_CAT(rh_v, RH_WIDTH, _all)
#define V_ORDINARY RH_CAT(rh_v, RH_WIDTH, _ordinary)

#endif
