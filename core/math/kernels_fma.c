/* The kernels for x86-64 processors with FMA and AVX2; this file alone is compiled for them, and
 * its functions may run only after the processor was asked. Elsewhere it is empty. */
#if defined(RH_HAVE_FMA_BUILD)
#define RH_KERNEL_TABLE rh_kernels_fma
#include "math/kernel_table.h"
#else
typedef int rh_kernels_fma_are_not_built;
#endif
