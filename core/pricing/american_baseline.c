/* American options for any processor of the architecture; explicit fma is emulated exactly where
 * the processor lacks it. Must give the same bits as american_fma.c. */
#define RH_AMERICAN(name) rh_american_##name##_baseline
#include "pricing/american_isa.h"
