/* The sum of a Poisson number of normals is a normal of that many means and variances: two draws a
 * step at most. Must not draw for a size when there is no jump: gbm's steps stay gbm's. */
#include "feed/jumps.h"

#include <math.h>

#include "math/kernels.h"
#include "math/random.h"

rh_status rh_jump_count_read(rh_json at, double dt_years, double *intensity, double *count,
                             rh_error *error)
{
    RH_TRY(rh_json_number(at, "jump_intensity", RH_REQUIRED, 0, 1e9, intensity, error));
    *count = *intensity * dt_years;
    if (*count > 700)
        return rh_json_fail(at, error, "jump_intensity: more than 700 jumps in one interval");
    return RH_OK;
}

rh_status rh_normal_jumps_read(rh_json at, double dt_years, rh_normal_jumps *jumps, rh_error *error)
{
    double intensity = 0;
    RH_TRY(rh_jump_count_read(at, dt_years, &intensity, &jumps->count, error));
    RH_TRY(rh_json_number(at, "jump_mean", RH_REQUIRED, -5, 5, &jumps->mean, error));
    RH_TRY(rh_json_number(at, "jump_vol", RH_REQUIRED, 0, 5, &jumps->deviation, error));
    jumps->growth =
        intensity * rh_expm1(jumps->mean + 0.5 * jumps->deviation * jumps->deviation);
    return RH_OK;
}

double rh_normal_jumps_draw(const rh_normal_jumps *jumps, rh_stream *stream)
{
    unsigned count = rh_stream_poisson(stream, jumps->count);
    if (count == 0) return 0;
    return count * jumps->mean +
           jumps->deviation * sqrt((double)count) * rh_stream_normal(stream);
}
