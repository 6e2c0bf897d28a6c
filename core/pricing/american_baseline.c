/* American options for any processor of the architecture, two lanes wide with SSE2; an fma is
 * emulated exactly where the processor lacks it. Must give the same bits as american_fma.c. */
#if defined(__SSE2__)
#define RH_LANES 2
#else
#define RH_LANES 1
#endif
#define RH_AMERICAN(name) rh_american_##name##_baseline
#include "pricing/american_isa.h"
