/* Every greek for any processor of the architecture, one option at a time; explicit fma is emulated
 * exactly where the processor lacks it. Must give the same bits as greeks_fma.c. */
#define RH_LANES 1
#define RH_GREEKS_ISA(name) rh_greeks_##name##_baseline
#include "pricing/greeks_isa.h"
