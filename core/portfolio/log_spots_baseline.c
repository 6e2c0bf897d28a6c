/* ln S of several spots, compiled for any processor of the architecture. Must give the same bits as
 * log_spots_fma.c. */
#define RH_LOG_SPOTS rh_log_spots_baseline
#include "portfolio/log_spots_isa.h"
