/* Implied volatility, eight options at a time with AVX-512 (a third baseline elsewhere; see
 * core/CMakeLists.txt). Must give the same bits as implied_vol_baseline.c. */
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define RH_LANES 8
#else
#define RH_LANES 1
#endif
#define RH_VOL_ISA(name) rh_vol_##name##_avx512
#include "pricing/implied_vol_isa.h"
