/* Hands ln S of several spots to the instantiation for the instruction set that math chose.
 * Computes nothing itself; both instantiations give the same bits. */
#include "portfolio/log_spots.h"

#include "math/kernels.h"

#define RH_LOG_SPOTS_DECLARE
#define RH_LOG_SPOTS rh_log_spots_baseline
#include "portfolio/log_spots_isa.h"
#undef RH_LOG_SPOTS
#define RH_LOG_SPOTS rh_log_spots_fma
#include "portfolio/log_spots_isa.h"

void rh_log_spots(const double *restrict spot, size_t count, double *restrict hi,
                  double *restrict lo)
{
    if (rh_isa_widest() == RH_ISA_BASELINE) rh_log_spots_baseline(spot, count, hi, lo);
    else rh_log_spots_fma(spot, count, hi, lo);
}
