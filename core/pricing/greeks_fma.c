/* Every greek, four options at a time with FMA and AVX2 (a second baseline elsewhere; see
 * core/CMakeLists.txt). Must give the same bits as greeks_baseline.c. */
#if defined(__AVX2__) && defined(__FMA__)
#define RH_LANES 4
#else
#define RH_LANES 1
#endif
#define RH_GREEKS_ISA(name) rh_greeks_##name##_fma
#include "pricing/greeks_isa.h"
