/* The engine's delta batch for any processor of the architecture, two contracts at a time with
 * SSE2. Must give the same bits as delta_fma.c. */
#if defined(__SSE2__)
#define RH_LANES 2
#else
#define RH_LANES 1
#endif
#define RH_DELTA_ISA(name) rh_delta_##name##_baseline
#include "pricing/delta_isa.h"
