/* The kernels for any machine: fma() is libm's, exact whether the processor has it or not.
 * Must not be compiled with instruction sets beyond the platform's baseline. */
#define RH_KERNEL_TABLE rh_kernels_baseline
#include "math/kernel_table.h"
