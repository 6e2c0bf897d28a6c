/* Implied volatility for any processor of the architecture, two options at a time with SSE2. Must
 * give the same bits as implied_vol_fma.c. */
#if defined(__SSE2__)
#define RH_LANES 2
#else
#define RH_LANES 1
#endif
#define RH_VOL_ISA(name) rh_vol_##name##_baseline
#include "pricing/implied_vol_isa.h"
