/* Every greek for any processor of the architecture, two options at a time with SSE2; an fma is
 * emulated exactly where the processor lacks it. Must give the same bits as greeks_fma.c. */
#if defined(__SSE2__)
#define RH_LANES 2
#else
#define RH_LANES 1
#endif
#define RH_GREEKS_ISA(name) rh_greeks_##name##_baseline
#include "pricing/greeks_isa.h"
