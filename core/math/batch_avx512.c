/* The batches with AVX-512 (a third baseline elsewhere; see core/CMakeLists.txt). Must give the
 * same bits as batch_baseline.c. */
#define RH_BATCH_ISA(name) rh_batch_##name##_avx512
#include "math/batch_isa.h"
