/* The closed forms for any processor of the architecture; explicit fma is emulated exactly where
 * the processor lacks it. Must give the same bits as option_fma.c. */
#define RH_OPTION(name) rh_option_##name##_baseline
#include "pricing/option_isa.h"
