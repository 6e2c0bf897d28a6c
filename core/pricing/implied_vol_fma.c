/* Implied volatility compiled for FMA and AVX2 (see core/CMakeLists.txt); called only where the
 * processor has both. Must give the same bits as implied_vol_baseline.c. */
#define RH_IMPLIED_VOL rh_implied_vol_fma
#include "pricing/implied_vol_isa.h"
