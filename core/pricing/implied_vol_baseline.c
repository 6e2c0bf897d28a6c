/* Implied volatility for any processor of the architecture; explicit fma is emulated exactly where
 * the processor lacks it. Must give the same bits as implied_vol_fma.c. */
#define RH_IMPLIED_VOL rh_implied_vol_baseline
#include "pricing/implied_vol_isa.h"
