/* Implied volatility, four options at a time with FMA and AVX2 (a second baseline elsewhere; see
 * core/CMakeLists.txt). Must give the same bits as implied_vol_baseline.c. */
#if defined(__AVX2__) && defined(__FMA__)
#define RH_LANES 4
#else
#define RH_LANES 1
#endif
#define RH_VOL_ISA(name) rh_vol_##name##_fma
#include "pricing/implied_vol_isa.h"
