/* The engine's delta batch, eight contracts at a time with AVX-512 (a third baseline elsewhere; see
 * core/CMakeLists.txt). Must give the same bits as delta_baseline.c. */
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define RH_LANES 8
#else
#define RH_LANES 1
#endif
#define RH_DELTA_ISA(name) rh_delta_##name##_avx512
#include "pricing/delta_isa.h"
