/* The engine's delta batch for any processor of the architecture, two contracts at a time with
 * SSE2. Must give the same bits as delta_fma.c. */
#if defined(__SSE2__)
#define RH_LANES 2
#else
#define RH_LANES 1
#endif
#define RH_DELTA_BATCH rh_option_delta_batch_baseline
#include "pricing/delta_isa.h"
