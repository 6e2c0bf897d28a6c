/* American options compiled for FMA and AVX2 (see core/CMakeLists.txt); called only where the
 * processor has both. Must give the same bits as american_baseline.c. */
#define RH_AMERICAN(name) rh_american_##name##_fma
#include "pricing/american_isa.h"
