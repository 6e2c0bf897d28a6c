/* Every greek, eight options at a time with AVX-512 (a third baseline elsewhere; see
 * core/CMakeLists.txt). Must give the same bits as greeks_baseline.c. */
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define RH_LANES 8
#else
#define RH_LANES 1
#endif
#define RH_GREEKS_ISA(name) rh_greeks_##name##_avx512
#include "pricing/greeks_isa.h"
