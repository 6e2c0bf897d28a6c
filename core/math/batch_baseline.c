/* The batches for any processor of the architecture, with a slow exact fma where it has none. Must
 * give the same bits as batch_fma.c. */
#define RH_BATCH_ISA(name) rh_batch_##name##_baseline
#include "math/batch_isa.h"
