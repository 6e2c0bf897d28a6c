/* The batches with FMA and AVX2 (a second baseline elsewhere; see core/CMakeLists.txt). Must give
 * the same bits as batch_baseline.c. */
#define RH_BATCH_ISA(name) rh_batch_##name##_fma
#include "math/batch_isa.h"
