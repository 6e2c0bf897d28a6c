/* The closed forms compiled for FMA and AVX2 (see core/CMakeLists.txt; a second baseline
 * elsewhere); called only where the processor has both. Must give the same bits as
 * option_baseline.c. */
#define RH_OPTION(name) rh_option_##name##_fma
#include "pricing/option_isa.h"
