/* American options in eight lanes with AVX-512 (a third baseline elsewhere; see
 * core/CMakeLists.txt). Must give the same bits as american_baseline.c. */
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define RH_LANES 8
#else
#define RH_LANES 1
#endif
#define RH_AMERICAN(name) rh_american_##name##_avx512
#include "pricing/american_isa.h"
