/* ln S of several spots, compiled for FMA and AVX2 (a second baseline elsewhere; see
 * core/CMakeLists.txt). Must give the same bits as log_spots_baseline.c. */
#define RH_LOG_SPOTS rh_log_spots_fma
#include "portfolio/log_spots_isa.h"
