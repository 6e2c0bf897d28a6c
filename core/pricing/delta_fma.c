/* The engine's delta batch, four contracts at a time with FMA and AVX2 (a second baseline
 * elsewhere; see core/CMakeLists.txt). Must give the same bits as delta_baseline.c. */
#if defined(__AVX2__) && defined(__FMA__)
#define RH_LANES 4
#else
#define RH_LANES 1
#endif
#define RH_DELTA_ISA(name) rh_delta_##name##_fma
#include "pricing/delta_isa.h"
