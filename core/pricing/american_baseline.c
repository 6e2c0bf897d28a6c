/* American options for any processor of the architecture, one lane wide; explicit fma is emulated
 * exactly where the processor lacks it. Must give the same bits as american_fma.c. */
#define RH_LANES 1
#define RH_AMERICAN(name) rh_american_##name##_baseline
#include "pricing/american_isa.h"
