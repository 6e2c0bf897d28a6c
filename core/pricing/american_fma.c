/* American options in four lanes with FMA and AVX2 (a second baseline elsewhere; see
 * core/CMakeLists.txt). Must give the same bits as american_baseline.c. */
#if defined(__AVX2__) && defined(__FMA__)
#define RH_LANES 4
#else
#define RH_LANES 1
#endif
#define RH_AMERICAN(name) rh_american_##name##_fma
#include "pricing/american_isa.h"
